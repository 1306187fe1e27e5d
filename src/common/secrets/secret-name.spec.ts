import { describe, expect, it } from '@jest/globals';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { isSecretName } from './secret-name.js';

describe('A name', () => {
  it.each([
    ...[
      'password',
      'PASSWORD',
      'dbPassword',
      'PGPASSWORD',
      'MYSQL_PWD',
      'pwd',
      'DB_PASS',
      'db-pass',
      'pass',
      'SSHPASS',
      'passwd',
    ],
    ...['pass_phrase', 'passphrase', 'password1', 'password_hash', 'secret', 'secret_key', 'clientSecret', 'client-secret'],
    ...['SECRET_KEY_BASE', 'secret_id', 'clientsecretvalue', 'token', 'tokens', 'access_token', 'accessToken', 'ACCESS-TOKEN'],
    ...['authtoken', 'GITHUB_TOKEN', 'token2', 'token_prod', 'bearer', 'bearer_token', 'jwt', 'GITHUB_PAT', 'credential'],
    ...['credentials', 'key', '--key', 'keys', 'api_key', 'apiKey', 'APIKey', 'apikey', 'API-KEY', 'x-api-key', 'X-Api-Key'],
    ...[
      'api_key_2',
      'API_KEY_PROD',
      'OPENAI_KEY',
      'accessKey',
      'AWS_SECRET_ACCESS_KEY',
      'privateKey',
      'private_key_pem',
      'AccountKey',
    ],
    ...['signingKey', 'encryption-key', 'SSH_KEY', 'auth', '_auth', 'basicAuth', 'proxy-authorization', 'Authorization'],
    ...['cookie', 'Set-Cookie', 'X-Amz-Signature', 'signature', 'sig', 'connectionString', 'sessionid', 'stripe_webhook_secret'],
    ...[
      'smtppass',
      'mypass',
      'adminpass',
      'ftppass',
      'PGPASS',
      'passkey',
      'db_pw',
      'rootpw',
      'pswd',
      'DB_PASS_PROD',
      'seedPhrase',
    ],
    ...['openaikey', 'stripekey', 'rootkey', 'aeskey', 'dbkey', 'sharedkey', 'storagekey', 'keydata', 'key_pem', 'key_material'],
    ...['auth_header', 'authorization_header', 'AuthHeader', 'auth_code', 'authcode', 'auth_value', 'oauth', 'credential_map'],
    ...[
      'psk',
      'wpapsk',
      'otp',
      'totp',
      'pin',
      'recovery_codes',
      'backupCode',
      'session_cookie_value',
      'OPENAI_KEY_OLD',
      'key_v2',
    ],
    ...['token_id', 'tokenbudget', 'cvv', 'mnemonic', 'conn_str'],
  ])('%s is that of a secret', (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    ...['monkey', 'monkeys', 'keyboard', 'keyboardLayout', 'keyword', 'keywords', 'turkey', 'hotkey', 'key_space', 'keyspace'],
    ...['author', 'authors', 'authority', 'co-author', 'auth_mode', 'authEnabled', 'max_keys', 'maxKeys', 'user_keys_per_hour'],
    ...[
      'api_key_per_hour',
      'lease_seconds',
      'public_key',
      'publicKey',
      'primary_key',
      'PARTITION-KEY',
      'cache_key',
      'project_key',
    ],
    ...['max_tokens', 'maxOutputTokens', 'tokens_per_minute', 'token_limit', 'token_url', 'tokenizer', 'tokenize', 'token_type'],
    ...['access_token_expire_minutes', 'password_file', 'PASSWORD_FILE', 'secretName', 'api_key_prefix', 'min_password_length'],
    ...[
      'has_password',
      'secretary',
      'passive',
      'passenger',
      'passthrough',
      'pass_through',
      'bypass',
      'compass',
      'signal',
      'design',
    ],
    ...[
      'sign',
      'assign',
      'sign_in',
      'cookie_domain',
      'path',
      'port',
      'url',
      'user',
      'name',
      'id',
      'path_to',
      'spat',
      '',
      '--',
      '__proto__',
    ],
    ...['signature_version', 'password_policy', 'token_budget', 'use_secrets', 'passphrase_hint', 'api_key_header'],
    ...['pagination_token_param', 'secret_key_ref', 'primary_key', 'primaryKey', 'foreign_key', 'partition_key', 'partitionkeys'],
    ...['public_key_pem', 'price_per_token', 'spin', 'pinned', 'metadata', 'donkey', 'country_code', 'value', 'code', 'data'],
  ])('%j is none of a secret', (name) => expect(isSecretName(name)).toBe(false));

  it.each(['a', 'A', 'Aa', '-', 'key', '_1'])('of any length is read at once, such as of %j again and again', async (piece) => {
    const name = piece.repeat(500_000 / piece.length);
    expect(await leastCpuMs(() => isSecretName(name))).toBeLessThan(QUICK_MS);
  });
});

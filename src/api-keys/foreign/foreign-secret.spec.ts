import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { leastCpuMs, QUICK_MS } from '../../../test/support/cpu-time.js';
import { checksum } from '../keys/api-key-token.js';
import { weaknessOf } from './foreign-secret.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LOWER36 = '0123456789abcdefghijklmnopqrstuvwxyz';
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The same in every run, as random as can be. */
class Dice {
  constructor(private readonly name: string) {}

  bytes(length: number): Buffer {
    return createHash('shake256', { outputLength: length }).update(this.name).digest();
  }

  /** So many characters; a bias of one in a thousand does no harm. */
  draw(length: number, alphabet = BASE62, salt = ''): string {
    const numbers = new Dice(`${this.name} ${salt}`).bytes(4 * length);
    return Array.from({ length }, (_, at) => alphabet[numbers.readUInt32LE(4 * at) % alphabet.length]).join('');
  }

  uuid(): string {
    const hex = this.bytes(16).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-');
  }
}

/** A key as gateways of this kind make them, of any 44 characters. */
const ofAnotherGateway = (body: string): string => `sk-${body}${checksum(`sk-${body}`)}`;

describe('A secret that was drawn at random becomes a key', () => {
  it.each<[string, (dice: Dice) => string]>([
    ['openssl rand -hex 16', (dice) => dice.bytes(16).toString('hex')],
    ['openssl rand -hex 32', (dice) => dice.bytes(32).toString('hex')],
    ['openssl rand -base64 16', (dice) => dice.bytes(16).toString('base64')],
    ['openssl rand -base64 32', (dice) => dice.bytes(32).toString('base64')],
    ['Python, secrets.token_urlsafe()', (dice) => dice.bytes(32).toString('base64url')],
    ['a UUID', (dice) => dice.uuid()],
    ['a UUID in capitals', (dice) => dice.uuid().toUpperCase()],
    ['a ULID', (dice) => `01JD${dice.draw(22, CROCKFORD)}`],
    ['nanoid', (dice) => dice.draw(22, `${BASE62}-_`)],
    ['GitHub, ghp_', (dice) => `ghp_${dice.draw(36)}`],
    ['GitHub, github_pat_', (dice) => `github_pat_${dice.draw(22)}_${dice.draw(59, BASE62, 'b')}`],
    ['GitLab', (dice) => `glpat-${dice.draw(20, `${BASE62}-_`)}`],
    ['Stripe', (dice) => `sk_live_${dice.draw(24)}`],
    ['SendGrid', (dice) => `SG.${dice.draw(22)}.${dice.draw(43, BASE62, 'b')}`],
    ['Slack', (dice) => `xoxb-${dice.draw(12, '0123456789')}-${dice.draw(13, '0123456789', 'b')}-${dice.draw(24, BASE62, 'c')}`],
    ['Django REST framework', (dice) => dice.bytes(20).toString('hex')],
    ['Django, an API key', (dice) => `${dice.draw(8)}.${dice.draw(32, BASE62, 'b')}`],
    ['Laravel, Str::random(40)', (dice) => dice.draw(40)],
    ['a password manager, 32 characters', (dice) => dice.draw(32, `${BASE62}-_.~+/`)],
    ['small letters and digits', (dice) => dice.draw(25, LOWER36)],
    ['another gateway of this kind', (dice) => ofAnotherGateway(dice.draw(44))],
  ])('from %s, each of five hundred', (name, make) => {
    const made = Array.from({ length: 500 }, (_, n) => make(new Dice(`${name} ${n}`)));
    const isTakenForLogin = (secret: string) => secret.startsWith('eyJ'); // one of 260 000
    expect(made.filter((secret) => weaknessOf(secret) !== undefined && !isTakenForLogin(secret))).toEqual([]);
  });
});

describe('A secret that a person made up is refused', () => {
  it.each([
    ...['Tr0ub4dor-3-Horse-Staple-Q', 'JohnSmith-Berlin-1987-Rex-the-Dog', 'correct-horse-battery-staple-2024'],
    ...['my-company-production-api-key-2024', 'PracticeMakesPerfect4Every1-2023', 'Acme.Prod.Gateway.2024.Key.01'],
    ...['ThisIsMySuperSecretKey123456', 'MyS3cretApiK3yForTheProd3nv', 'N0t4R3alS3cr3tJustT3st1ng', 'P4ssw0rdP4ssw0rdP4ssw0rd'],
    ...['Mein-Hund-heisst-Fridolin-und-ist-2-Jahre-alt', 'Donaudampfschifffahrtsgesellschaft-Kapitaen'],
    ...['S0mmer2024-Muenchen-Bayern', 'Passwort1234Passwort5678abcd', 'Xk9-Berlin-Xk9-Munich-Xk9-Paris'],
    ...['Kr4k3n-R3l3as3-Th3-B34st-1999', 'correcthorsebatterystapleagain', 'test-token-for-staging-environment-1'],
    ...[
      '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
      'zaq12wsxcde34rfvbgt56yhnmju7',
      'QwErTyUiOpAsDfGhJkLzXcVbNm12',
      'a1b2c3d4e5f6g7h8i9j0k1l2m3n4',
    ],
    ...['abcdefghijklmnopqrstuvwxyz0123456789', '0123456789abcdef0123456789abcdef', '0123456789abcdeffedcba9876543210'],
    ...['deadbeefdeadbeefcafebabecafebabe', 'deadbeef-dead-beef-dead-beefdeadbeef', '00000000-0000-0000-0000-000000000001'],
    ...['12345678-1234-1234-1234-123456789abc', '20240101-20241231-19870514', '31415926535897932384626433832795'],
    ...['a'.repeat(40), 'aA'.repeat(100), 'Zx9'.repeat(8), `sk_live_${'a'.repeat(40)}`, `ghp_${'summerberlin'.repeat(3)}`],
    ...[ofAnotherGateway('a'.repeat(44)), ofAnotherGateway('CorrectHorseBatteryStaple'.repeat(2).slice(0, 44))],
  ])('%s', (secret) => {
    expect(weaknessOf(secret)).toMatch(/^can be guessed/);
  });

  it('though it has a random end that is too short', () => {
    expect(weaknessOf('my-company-production-key-x7Kq2')).toMatch(/^can be guessed/);
  });

  it('in combinations that nobody has listed', () => {
    const WORDS =
      'berlin Summer dragon Coffee monkey Julia garden Winter football Pizza rocket Kaiser london Thunder purple Anna'.split(' ');
    const made = Array.from({ length: 500 }, (_, n) => {
      const numbers = [...new Dice(`words ${n}`).bytes(6)];
      return `${numbers
        .slice(0, 4)
        .map((number) => WORDS[number % 16])
        .join(['-', '_', '.', ''][numbers[4]! % 4])}${1980 + (numbers[5]! % 45)}`;
    });
    const accepted = made.filter((secret) => weaknessOf(secret) === undefined);
    expect(accepted).toEqual([]);
  });
});

it('looks at a text in little time, however long it is', async () => {
  const texts = ['a'.repeat(10_000_000), 'A'.repeat(200), 'aA'.repeat(100), 'a-'.repeat(100), 'key.'.repeat(50)];
  expect(await leastCpuMs(() => texts.map(weaknessOf))).toBeLessThan(QUICK_MS);
});

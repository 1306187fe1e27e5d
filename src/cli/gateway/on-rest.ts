import { GatewayClient, GatewayError } from '../../client/gateway-client.js';
import { fieldWords } from '../../client/refused-answer.js';
import { readClientSettings } from '../../config/client-settings.js';
import { CliFailure } from '../terminal/cli-failure.js';
import { addressesOf, keyRefused, unreachable } from './gateway-address.js';
import { keptToken } from './login-store.js';

/**
 * Which gateway, and as whom: with the key if one is given, else as the logged-in user, else with TALLYGATE_API_KEY.
 */
export interface RestAccess {
  url?: string;
  apiKey?: string;
}

/** Time limit of an answer; statistics over a year are the slowest. */
const TIMEOUT_MS = 30_000;
const UNAUTHORIZED = 401;

/**
 * Works with a gateway's REST API.
 * @throws CliFailure with the gateway's message, or when nothing answers
 */
export async function onRest<T>({ url: address, apiKey }: RestAccess, work: (gateway: GatewayClient) => Promise<T>): Promise<T> {
  const settings = readClientSettings();
  const { rest: url } = await addressesOf(address ?? settings.url);
  const token = apiKey === undefined ? keptToken(url) : undefined;
  const key = apiKey ?? (token === undefined ? settings.apiKey : undefined);
  const credentials = { ...(token !== undefined && { token }), ...(key !== undefined && { apiKey: key }) };
  try {
    return await work(new GatewayClient(url, { ...credentials, timeoutMs: TIMEOUT_MS }));
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    throw isRefusedLogin(error) ? notLoggedIn(url, error, apiKey) : failureOf(url, error);
  }
}

/** A wrong password is not a missing login. */
const isRefusedLogin = ({ status, errorCode }: GatewayError) => status === UNAUTHORIZED && errorCode !== 'INVALID_CREDENTIALS';

function notLoggedIn(url: string, { message }: GatewayError, apiKey: string | undefined): CliFailure {
  if (apiKey !== undefined) return keyRefused(apiKey, message);
  return new CliFailure(
    `Not logged in at ${url}, or the login has expired: ${message.replace(/\.$/, '')}. Run: tallygate login <user> --url ${url}`,
  );
}

function failureOf(url: string, error: GatewayError): CliFailure {
  const { errorCode, status, invalidFields, message, cause } = error;
  if (errorCode === 'UNREACHABLE' || errorCode === 'TIMEOUT') return unreachable(url, cause);
  if (errorCode === 'INVALID_ANSWER' || errorCode.startsWith('HTTP_'))
    return new CliFailure(`${url} is not a Tallygate gateway (status ${status}). Is it the REST address?`);
  if (invalidFields.length === 0) return new CliFailure(message);
  // Whether a field was in the body or the query is no concern of a person at a terminal.
  return new CliFailure(invalidFields.map((field) => fieldWords(field, 1)).join('; '));
}

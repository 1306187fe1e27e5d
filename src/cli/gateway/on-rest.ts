import { GatewayClient, GatewayError } from '../../client/gateway-client.js';
import { readClientSettings } from '../../config/client-settings.js';
import { CliFailure } from '../terminal/cli-failure.js';
import { restUrlOf, UNAUTHORIZED_WORDS, unreachable } from './gateway-address.js';
import { keptToken } from './login-store.js';

/** Which gateway, and as whom: with the key when one is given, else as whoever logged in, else with TALLYGATE_API_KEY. */
export interface RestAccess {
  url?: string;
  apiKey?: string;
}

/** How long an answer may take; statistics over a year are the slowest. */
const TIMEOUT_MS = 30_000;
const UNAUTHORIZED = 401;

/** Works with the REST face of a gateway. @throws CliFailure in the gateway's words, or when nothing answers. */
export async function onRest<T>({ url: address, apiKey }: RestAccess, work: (gateway: GatewayClient) => Promise<T>): Promise<T> {
  const settings = readClientSettings();
  const url = restUrlOf(address ?? settings.url);
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

/** A wrong password is no missing login. */
const isRefusedLogin = ({ status, errorCode }: GatewayError) => status === UNAUTHORIZED && errorCode !== 'INVALID_CREDENTIALS';

function notLoggedIn(url: string, { message }: GatewayError, apiKey: string | undefined): CliFailure {
  if (apiKey !== undefined) return new CliFailure(UNAUTHORIZED_WORDS);
  return new CliFailure(
    `Not logged in at ${url}, or the login has expired: ${message.replace(/\.$/, '')}. Run: tallygate login --url ${url}`,
  );
}

function failureOf(url: string, error: GatewayError): CliFailure {
  const { errorCode, status, invalidFields, message, cause } = error;
  if (errorCode === 'UNREACHABLE' || errorCode === 'TIMEOUT') return unreachable(url, cause);
  if (errorCode === 'INVALID_ANSWER' || errorCode.startsWith('HTTP_'))
    return new CliFailure(`${url} does not answer like a Tallygate gateway (status ${status}). Is it the REST address?`);
  if (invalidFields.length === 0) return new CliFailure(message);
  // Where a field was, body or query, is nothing a person at a terminal chose.
  return new CliFailure(invalidFields.map(({ loc, msg }) => `${loc.slice(1).join('.')}: ${msg}`).join('; '));
}

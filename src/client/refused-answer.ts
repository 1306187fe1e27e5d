import { GatewayError, type InvalidField } from './gateway-error.js';
import type { components } from './openapi.types.js';

type ErrorBody = Partial<Omit<components['schemas']['ErrorDto'], 'detail'>> & { detail?: unknown };

/** The error for a failed response, of the gateway or of a proxy before it that does not answer in JSON. */
export function refusedAnswer(response: Response, body: unknown): GatewayError {
  const { detail, error_code, request_id, required_permissions }: ErrorBody = isObject(body) ? body : {};
  const { status } = response;
  const requestId = request_id ?? response.headers.get('x-request-id');
  const retryAfterSeconds = retryAfter(response.headers.get('retry-after'));
  return new GatewayError(wordsOf(detail) ?? `The gateway answered with status ${status}.`, {
    status,
    errorCode: error_code ?? `HTTP_${status}`,
    ...(requestId && { requestId }),
    ...(required_permissions && { requiredPermissions: required_permissions }),
    ...(Array.isArray(detail) && { invalidFields: detail as InvalidField[] }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** `detail` is a message, a list of invalid fields, or the source's `{code, message}`. */
function wordsOf(detail: unknown): string | undefined {
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return (detail as InvalidField[]).map((field) => fieldWords(field)).join('; ');
  if (isObject(detail)) return String(detail['message'] ?? detail['code']);
  return undefined;
}

/** `body.days: must be an integer`. A message that begins with the field's name has it once. `from` leaves out the place of the field. */
export function fieldWords({ loc, msg }: InvalidField, from = 0): string {
  const name = `${String(loc.at(-1))} `;
  return `${loc.slice(from).join('.')}: ${msg.startsWith(name) ? msg.slice(name.length) : msg}`;
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1_000));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

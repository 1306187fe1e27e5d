import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import type { AppConfig } from '../config/app-config.js';
import { isTooDeep, JSON_DEPTH_MAX } from '../common/json-text/json-depth.js';
import { TallygateError } from '../common/tallygate-error.js';
import { BodyBudget, strangerAt } from '../http/body-budget.js';
import { assertBodyType, JSON_TYPES } from '../http/body-type.js';
import { endpointOf, type Middleware } from '../http/front-door.js';
import { BODY_MAX_BYTES, hasBody, readBody, textOf } from '../http/request-body.js';

const FORM_FIELDS_MAX = 100;
const NOT_JSON = 'The body is not valid JSON';

/** What the body of an endpoint is. */
interface BodyKind {
  types: readonly string[];
  /** What handlers find in `request.body`; absent for a file, which its handler reads at the pace of its sender's line. */
  parse?: (body: Buffer) => unknown;
  /** Its text goes on as it is: handlers find it in `request.bodyText`. */
  isPassedOn?: true;
}

const JSON_BODY: BodyKind = { types: JSON_TYPES, parse: parseJson };
const PASSED_ON: BodyKind = { types: JSON_TYPES, parse: parseJson, isPassedOn: true };
const FORM: BodyKind = { types: ['application/x-www-form-urlencoded'], parse: parseForm };
/** Signed as it came, byte by byte. */
const SIGNED: BodyKind = { types: JSON_TYPES, parse: (body) => body };
const FILE: BodyKind = {
  types: ['application/octet-stream', 'text/csv', 'application/gzip', 'application/vnd.apache.parquet'],
};

/** Everywhere else the body is JSON, and of no use when it was read. */
const ELSE_THAN_JSON: [path: RegExp, kind: BodyKind][] = [
  [/^\/auth\/login$/i, FORM],
  [/^\/tools\/call$/i, PASSED_ON],
  [/^\/servers\/[^/]+\/tools\/[^/]+$/i, PASSED_ON],
  [/^\/api\/webhooks\/stripe$/i, SIGNED],
  [/^\/api\/admin\/datasets\/[^/]+\/import$/i, FILE],
];

/**
 * Reads the bodies of port 8000: of the type its endpoint takes, bounded in size, time and depth, and within the budget that both
 * ports share. Whoever calls is asked later, so that all count as strangers.
 */
export function restBody(config: AppConfig): Middleware {
  const budget = BodyBudget.of(config);
  const { request_timeout_seconds: seconds } = config.values.listeners;
  return (
    request: IncomingMessage & { body?: unknown; bodyText?: string; ip?: string },
    response,
    next: (error?: unknown) => void,
  ) => {
    if (!hasBody(request)) return next();
    const { types, parse, isPassedOn } = ELSE_THAN_JSON.find(([path]) => path.test(endpointOf(request)))?.[1] ?? JSON_BODY;
    assertBodyType(request, types, parse !== undefined);
    if (!parse) return next();
    const bounds = { maxBytes: BODY_MAX_BYTES.rest, held: budget.hold(strangerAt(request.ip)), seconds };
    readBody(request, response, bounds)
      .then((body) => {
        request.body = parse(body);
        if (isPassedOn) request.bodyText = utf8(body).trimStart();
      })
      .then(() => next(), next);
  };
}

/** An object or a list; nothing, and null, is one without fields. */
function parseJson(body: Buffer): unknown {
  const text = utf8(body);
  if (text === '') return {};
  if (isTooDeep(text)) throw new TallygateError('BAD_REQUEST', `The body is nested deeper than ${JSON_DEPTH_MAX} levels`);
  const value = jsonOf(text);
  if (value === null) return {};
  if (typeof value !== 'object') throw new TallygateError('BAD_REQUEST', NOT_JSON);
  return value;
}

function utf8(body: Buffer): string {
  const text = textOf(body);
  if (text === undefined) throw new TallygateError('BAD_REQUEST', 'The body is not UTF-8');
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TallygateError('BAD_REQUEST', NOT_JSON);
  }
}

function parseForm(body: Buffer): unknown {
  const text = utf8(body);
  if (text.split('&', FORM_FIELDS_MAX + 1).length > FORM_FIELDS_MAX)
    throw new TallygateError('PAYLOAD_TOO_LARGE', `The form has more than ${FORM_FIELDS_MAX} fields.`);
  return parse(text);
}

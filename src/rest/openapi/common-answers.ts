import { getSchemaPath } from '@nestjs/swagger';
import { ErrorDto } from '../error.dto.js';
import type { Route } from './routes.js';
import type { Schema } from '../validated-fields.js';

/** A parameter of an operation. */
export interface Parameter {
  in: string;
  name: string;
  required?: boolean;
  allowEmptyValue?: boolean;
  schema: Schema;
}

/** An operation, as far as it is completed here. */
export interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema; example?: object }> };
  responses: Record<string, { description: string; content?: object; headers?: object }>;
  security?: object[];
  /** Of what counts against no rate limit (`@Unlimited()`). */
  'x-unlimited'?: boolean;
}

const ERROR = { 'application/json': { schema: { $ref: getSchemaPath(ErrorDto) } } };
const RETRY_AFTER = { description: 'Seconds to wait before trying again', schema: { type: 'integer', minimum: 0 } };
/** The answers that say when to come back. */
const PASSING = ['429', '503'];

/** What reads every body answers before a handler is asked. */
const OF_BODIES = {
  400: 'The body cannot be read: it is broken, or ended early',
  413: 'The body is larger than 1 MiB',
  415: 'The body has a media type, an encoding or a character set that is not read here',
};
const OF_PATHS = { 400: 'The path cannot be decoded' };
const OF_VALIDATION = { 422: 'A field is invalid or unknown; `detail` lists the problems' };
const OF_LIMITS = { 429: 'Rate limit reached; Retry-After says when to try again' };
/** Where a handler has no 403 of its own. */
const OF_COOKIES = { 403: 'The cookie of a session came with a request of another page, or its password is not confirmed' };
const OF_BACKENDS = { 503: 'A backend is away, or too much is going on at once' };

/** Adds the refusals of what stands before every handler: bodies are read, fields are validated, credentials looked up. */
export function withCommonAnswers(operation: Operation, route: Route, path: string): void {
  const common: Record<string, string> = {
    ...(path.includes('{') && OF_PATHS),
    ...(operation.requestBody && OF_BODIES),
    ...((route.body ?? route.query ?? path.includes('{')) && OF_VALIDATION),
    ...(operation.security && OF_COOKIES),
    ...(operation.security && !operation['x-unlimited'] && OF_LIMITS),
    ...((operation.requestBody ?? operation.security) && OF_BACKENDS),
  };
  for (const [status, description] of Object.entries(common)) {
    operation.responses[status] ??= { description, content: ERROR };
  }
  for (const status of PASSING) {
    const answer = operation.responses[status];
    if (answer) answer.headers = { 'Retry-After': RETRY_AFTER };
  }
}

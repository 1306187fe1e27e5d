import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { loggerFor } from '../common/log-contexts.js';
import type { ErrorDto } from './error.dto.js';
import { maskSecrets } from '../telemetry/mask-secrets.js';
import { sendAnswer } from '../http/answer.js';
import { pathOf, type IdentifiedRequest } from '../http/front-door.js';
import { restErrorOf, type RestError } from './rest-error.js';
import { methodsAt } from './rest-routes.js';
import { TallygateError } from '../common/tallygate-error.js';

/** As Express says it of every answer. */
const JSON_HEADERS = { 'Content-Type': 'application/json; charset=utf-8' };

const WHERE_TO_BEGIN = '. /docs and /openapi.json describe the API, and /health says how the gateway is';

/** Renders every error of port 8000 in the one form of source 003, "Error Handling". */
@Catch()
export class RestExceptionFilter implements ExceptionFilter {
  private readonly logger = loggerFor('Rest');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request & IdentifiedRequest>();
    const response = http.getResponse<Response>();
    // Services throw TallygateError only, so this one is the router's: no route matched.
    const { shown, allow } = error instanceof NotFoundException ? noRoute(request) : { shown: restErrorOf(error), allow: [] };
    if (shown.isUnexpected) this.record(error, request);
    if (response.headersSent) return void response.end();
    const headers = { ...JSON_HEADERS, ...shown.headers, ...(allow.length > 0 && { Allow: allow.join(', ') }) };
    sendAnswer(request, response, { status: shown.status, headers, body: JSON.stringify(bodyOf(shown, request.id)) });
  }

  private record(error: unknown, request: IdentifiedRequest): void {
    const causes = [error, (error as Error | null)?.cause].filter((one) => one !== undefined && one !== null);
    const words = causes.map((one) => (one instanceof Error ? (one.stack ?? one.message) : String(one))).join('\ncaused by ');
    const msg = maskSecrets(`${request.method} ${pathOf(request)}, request ${request.id}: ${words}`);
    this.logger.error({ msg, requestId: request.id });
  }
}

function bodyOf({ detail, code, requiredPermissions }: RestError, requestId: string | undefined): ErrorDto {
  return {
    detail,
    error_code: code,
    request_id: requestId ?? null,
    ...(requiredPermissions ? { required_permissions: requiredPermissions } : {}),
  };
}

/** Express answers a known path with an unknown method like an unknown path; callers deserve to know which it is. */
function noRoute(request: Request): { shown: RestError; allow: string[] } {
  const allow = methodsAt(request);
  const endpoint = `${request.method} ${pathOf(request).slice(0, 200)}`;
  const error =
    allow.length > 0
      ? new TallygateError('METHOD_NOT_ALLOWED', `${endpoint} is not allowed; allowed: ${allow.join(', ')}`)
      : new TallygateError('NOT_FOUND', `No such endpoint: ${endpoint}${request.path === '/' ? WHERE_TO_BEGIN : ''}`);
  return { shown: restErrorOf(error), allow };
}

import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { json, raw, urlencoded } from 'express';
import helmet from 'helmet';
import { crossOrigin } from '../http/cors.js';
import { frontDoor, type Middleware, type IdentifiedRequest } from '../http/front-door.js';
import { RestExceptionFilter } from './rest-exception.filter.js';
import { RestValidationPipe } from './validation.pipe.js';
import type { AppConfig } from '../config/app-config.js';
import { BODY_MAX_BYTES, boundedBody } from '../http/request-body.js';
import { buildOpenApi } from './openapi/openapi.js';

const FORM_FIELDS_MAX = 100;
const limit = BODY_MAX_BYTES.rest;

/** What is sent here is signed as it came, byte by byte: handlers find a `Buffer` in `request.body`. */
const SIGNED_PATHS = ['/api/webhooks/stripe'];

/** Everything port 8000 has in common: names, log, headers, bodies, validation, errors, documentation. Before `init`. */
export function configureRest(app: NestExpressApplication, config: AppConfig): void {
  const { limits, listeners } = config.values;
  app.set('trust proxy', limits.trusted_proxies);
  app.use(frontDoor, showRequestId, securityHeaders(), crossOrigin(config), boundedBody(listeners));
  app.use(SIGNED_PATHS, raw({ type: () => true, limit }));
  app.use(json({ limit }), urlencoded({ extended: false, limit, parameterLimit: FORM_FIELDS_MAX }));
  app.useGlobalPipes(new RestValidationPipe());
  app.useGlobalFilters(new RestExceptionFilter());
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tallygate API',
  });
}

/** On answers that Nest sends. */
const showRequestId: Middleware = (request, response, next) => {
  response.setHeader('X-Request-Id', (request as IdentifiedRequest).id);
  next();
};

/**
 * Helmet's headers, without those that assume HTTPS: behind plain HTTP, `upgrade-insecure-requests` keeps Swagger UI
 * from loading its scripts, and Strict-Transport-Security is for whoever ends TLS to decide.
 */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
}

import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { json, raw, urlencoded } from 'express';
import helmet from 'helmet';
import { identifyRequest } from '../http/request-id.js';
import { logRequest } from '../http/request-log.js';
import { RestExceptionFilter } from './rest-exception.filter.js';
import { RestValidationPipe } from './validation.pipe.js';
import type { AppConfig } from '../config/app-config.js';
import { bodyInTime } from '../http/body-in-time.js';
import { buildOpenApi } from './openapi.js';

const BODY_MAX_BYTES = 1_048_576;
const FORM_FIELDS_MAX = 100;
const PREFLIGHT_KEPT_SECONDS = 600;

/** What is sent here is signed as it came, byte by byte: handlers find a `Buffer` in `request.body`. */
const SIGNED_PATHS = ['/api/webhooks/stripe'];

/** What a browser's script may read of an answer beside its body. */
const EXPOSED_HEADERS = [
  'X-Request-Id',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
];

/** Everything port 8000 has in common: names, log, headers, bodies, validation, errors, documentation. Before `init`. */
export function configureRest(app: NestExpressApplication, { values, corsOrigins }: AppConfig): void {
  app.set('trust proxy', values.limits.trusted_proxies);
  app.use(identifyRequest, logRequest, bodyInTime(values.listeners), securityHeaders());
  app.enableCors({
    origin: corsOrigins.includes('*') ? '*' : [...corsOrigins],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_KEPT_SECONDS,
  });
  app.use(SIGNED_PATHS, raw({ type: () => true, limit: BODY_MAX_BYTES }));
  app.use(
    json({ limit: BODY_MAX_BYTES }),
    urlencoded({ extended: false, limit: BODY_MAX_BYTES, parameterLimit: FORM_FIELDS_MAX }),
  );
  app.useGlobalPipes(new RestValidationPipe());
  app.useGlobalFilters(new RestExceptionFilter());
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tallygate API',
  });
}

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

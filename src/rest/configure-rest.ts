import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { plainAddress } from '../common/network/ip-address.js';
import { frontDoor, type Middleware, type IdentifiedRequest } from '../http/front-door.js';
import { OriginRules } from '../http/origin-rules.js';
import { UI_ROOT } from '../http/ui-root.js';
import { uiRoutes } from './ui/ui-routes.js';
import { restBody } from './rest-body.js';
import { RestExceptionFilter } from './rest-exception.filter.js';
import { namedPathsFirst } from './rest-routes.js';
import { RestValidationPipe } from './validation.pipe.js';
import type { AppConfig } from '../config/app-config.js';
import { TallygateError } from '../common/tallygate-error.js';
import { docsFiles } from './openapi/docs-files.js';
import { buildOpenApi } from './openapi/openapi.js';

/** Everything port 8000 has in common: names, log, headers, bodies, validation, errors, documentation. Before `init`. */
export function configureRest(app: NestExpressApplication, config: AppConfig): void {
  app.set('trust proxy', config.values.limits.trusted_proxies);
  app.disable('x-powered-by');
  const origins = new OriginRules(config, true);
  const hasPortal = config.values.portal.enabled;
  app.use(frontDoor, showAddress, showRequestId, admitted(origins), browsersTo(hasPortal ? `.${UI_ROOT}` : './docs'));
  if (hasPortal) app.use(uiRoutes());
  app.use(securityHeaders(), origins.crossOrigin);
  app.use(namedPathsFirst, restBody(config));
  app.useGlobalPipes(new RestValidationPipe());
  app.useGlobalFilters(new RestExceptionFilter());
  app.use('/docs', docsFiles());
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tallygate API',
    // A reload keeps who is logged in.
    swaggerOptions: { persistAuthorization: true },
  });
}

/** Before anybody reads it. Express makes it anew each time, of what the socket and trusted proxies say. */
const showAddress = (request: IncomingMessage & { ip?: string | undefined }, _: ServerResponse, next: () => void): void => {
  Object.defineProperty(request, 'ip', { value: request.ip && plainAddress(request.ip) });
  next();
};

/** Whoever opens the bare address in a browser. Relative, since a proxy may have given it a path. */
const browsersTo = (page: string) => (request: Request, response: Response, next: NextFunction) => {
  const isBrowser = request.method === 'GET' && request.path === '/' && request.accepts(['json', 'html']) === 'html';
  if (isBrowser) response.redirect(page);
  else next();
};

/** On answers that Nest sends. */
const showRequestId: Middleware = (request, response, next) => {
  response.setHeader('X-Request-Id', (request as IdentifiedRequest).id);
  next();
};

/** @throws HOST_NOT_ALLOWED */
const admitted =
  (origins: OriginRules): Middleware =>
  (request, _, next) => {
    const refusal = origins.refusal(request);
    if (refusal !== undefined) throw new TallygateError('HOST_NOT_ALLOWED', refusal);
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

import { applyDecorators } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { authenticatedBy } from '../auth/access/authenticated.decorator.js';
import type { Scope } from '../auth/access/scopes.js';
import { CallerGuard } from './caller.guard.js';

/** For people and programs: a login token or an API key with all these scopes. The module must import `ApiKeysModule`. */
export const CallerAuthenticated = (...scopes: Scope[]) =>
  applyDecorators(authenticatedBy(CallerGuard, ...scopes), ApiSecurity('apiKey'));

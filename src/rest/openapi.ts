import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { VERSION } from '../common/version.js';

const DESCRIPTION =
  'API keys, credits and usage analytics in front of MCP tools. ' +
  'Log in with POST /api/auth/login and send the token as a bearer token; MCP itself is on its own port and takes API keys.';

/** The OpenAPI document of port 8000. The same code always gives the same text, whatever order modules load in. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Tallygate')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A login token, or an API key where keys are taken' })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key' }, 'apiKey')
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  withDefaultsOptional(document);
  sortEnums(document);
  document.paths = sorted(document.paths);
  if (document.components?.schemas) document.components.schemas = sorted(document.components.schemas);
  return document;
}

interface Described {
  required?: boolean | string[];
  schema?: { default?: unknown };
  properties?: Record<string, { default?: unknown }>;
}

/** What has a default need not be sent. The Swagger plugin takes an initial value for a promise that it will be. */
function withDefaultsOptional({ paths, components }: OpenAPIObject): void {
  const parameters = Object.values(paths).flatMap((path) =>
    Object.values(path as Record<string, { parameters?: Described[] }>).flatMap((operation) => operation.parameters ?? []),
  );
  for (const parameter of parameters) if (parameter.schema?.default !== undefined) parameter.required = false;
  for (const schema of Object.values((components?.schemas ?? {}) as Record<string, Described>)) {
    if (!Array.isArray(schema.required)) continue;
    schema.required = schema.required.filter((name) => schema.properties?.[name]?.default === undefined);
    if (schema.required.length === 0) delete schema.required;
  }
}

/** The Swagger plugin lists a union's members as the compiler happened to meet them, which an incremental build changes. */
function sortEnums(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === 'enum' && Array.isArray(value)) value.sort();
    else sortEnums(value);
  }
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

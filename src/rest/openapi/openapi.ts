import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { VERSION } from '../../common/version.js';
import { ErrorDto } from '../error.dto.js';
import { exampleOf } from './body-example.js';
import { withCommonAnswers, type Operation, type Parameter } from './common-answers.js';
import { operationIdOf, routesOf, type Route } from './routes.js';
import { TAGS } from './tags.js';
import { mergedSchemas, validatedClasses, validatedFields, type Schema } from '../validated-fields.js';

const DESCRIPTION =
  'API keys, credits and usage analytics in front of MCP tools. ' +
  'Log in with POST /api/auth/login and send the token as a bearer token; MCP itself takes API keys, on a port of its own and, unless that is switched off, at POST /mcp of this one.';

const COOKIE =
  'A session of the portal, for pages of this origin. Over plain HTTP the cookie is called tallygate_ and the port. Requests that change something send X-Tallygate-Portal: 1.';

interface Model extends Schema {
  properties?: Record<string, Schema>;
  required?: string[];
}

/**
 * The OpenAPI document of port 8000. Types and words are the compiler's, bounds are those of the validators, and the
 * refusals of what stands before every handler are added to each. The same code always gives the same text, whatever
 * order modules load in.
 */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder();
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const settings = builder
    .setTitle('Tallygate')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A login token, or an API key where keys are taken' })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key' }, 'apiKey')
    .addCookieAuth('__Host-tallygate', { type: 'apiKey', in: 'cookie', description: COOKIE }, 'session')
    .build();
  const options = { operationIdFactory: operationIdOf, extraModels: [ErrorDto] };
  const document = SwaggerModule.createDocument(app, settings, options);
  const models = (document.components!.schemas ??= {}) as Record<string, Model>;
  completeModels(models);
  completeOperations(document, routesOf(app), models);
  sortEnums(document);
  document.paths = sorted(document.paths);
  document.components!.schemas = sorted(models) as NonNullable<OpenAPIObject['components']>['schemas'];
  return document;
}

/** Requests have the bounds of their validators and no members but theirs; numbers are whole unless they say otherwise. */
function completeModels(models: Record<string, Model>): void {
  for (const model of Object.values(models)) {
    for (const [name, schema] of Object.entries(model.properties ?? {})) model.properties![name] = withWholeNumbers(schema);
  }
  for (const [name, target] of validatedClasses()) {
    const model = models[name];
    if (model) models[name] = validatedModel(model, target);
  }
}

function validatedModel({ type, properties = {} }: Model, target: Type): Model {
  const required: string[] = [];
  for (const [name, { schema, isOptional }] of validatedFields(target)) {
    const merged = mergedSchemas(properties[name] ?? {}, schema);
    properties[name] = isOptional ? orNull(merged) : merged;
    if (!isOptional) required.push(name);
  }
  return { type, properties, additionalProperties: false, ...(required.length > 0 && { required }) };
}

/** OpenAPI 3.0.3, "nullable": an `enum` must name null as well. */
const orNull = (schema: Schema): Schema => {
  const values = schema['enum'] as unknown[] | undefined;
  return { ...schema, nullable: true, ...(values && { enum: [...values, null] }) };
};

/** Figures are counts, credits, ids and seconds; what may be a fraction has a `format`. */
function withWholeNumbers(schema: Schema): Schema {
  if (schema['type'] === 'number') return schema['format'] ? schema : { ...schema, type: 'integer' };
  const parts = ['items', 'additionalProperties'].filter((part) => typeof schema[part] === 'object');
  return { ...schema, ...Object.fromEntries(parts.map((part) => [part, withWholeNumbers(schema[part] as Schema)])) };
}

function completeOperations(document: OpenAPIObject, routes: Map<string, Route>, models: Record<string, Model>): void {
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations as Record<string, Operation>)) {
      const route = routes.get(operation.operationId) ?? {};
      completeParameters(operation.parameters ?? [], route);
      for (const content of Object.values(operation.requestBody?.content ?? {})) {
        const example = exampleOf(route.body);
        if (example) content.example = example;
        const model = models[String(content.schema['$ref']).split('/').at(-1)!];
        if (!model) continue;
        // A body that need not say anything may be left out, or null.
        operation.requestBody!.required = model.required !== undefined;
        if (!model.required) content.schema = { allOf: [content.schema], nullable: true };
      }
      withCommonAnswers(operation, route, path);
    }
  }
}

function completeParameters(parameters: Parameter[], { query, params }: Route): void {
  const fields = new Map([query, params].flatMap((target) => (target ? [...validatedFields(target)] : [])));
  for (const parameter of parameters) {
    const field = fields.get(parameter.name);
    if (!field) continue;
    parameter.schema = mergedSchemas(parameter.schema, field.schema);
    parameter.required = !field.isOptional;
    // As good as absent (`givenMembers`), whatever the schema asks of a value.
    if (parameter.in === 'query' && field.isOptional) parameter.allowEmptyValue = true;
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

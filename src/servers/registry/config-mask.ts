import { isObject } from '../../common/json.js';
import { maskUrls } from '../../common/mask-url.js';

/** What stands for a secret in every answer. */
export const MASK = '********';

type Schema = Record<string, unknown>;

/**
 * The config as it may be shown: secrets replaced by a mask. Only what the template's schema describes is shown, and not
 * what any part of it marks as `writeOnly` or of format `password`; without a schema everything is masked.
 * Secrets in URLs are left out of what is shown.
 */
export function maskConfig(schema: unknown, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return maskObject([schema], config);
}

/** Whatever was registered without a schema, with nothing left out but the secrets of URLs. */
export function maskUrlsIn<T>(value: T): T {
  if (typeof value === 'string') return maskUrls(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => maskUrlsIn(item)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, maskUrlsIn(child)])) as T;
}

function maskObject(schemas: unknown[], value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, mask(childSchemas(schemas, name), child)]));
}

/** @param schemas all that describe the value; without one, nobody has said that it may be shown. */
function mask(schemas: Schema[], value: unknown): unknown {
  const all = schemas.flatMap(withAlternatives);
  if (all.length === 0 || all.some(isSecret)) return MASK;
  if (Array.isArray(value)) return value.map((item) => mask(itemSchemas(all), item));
  if (isObject(value)) return maskObject(all, value);
  return typeof value === 'string' ? maskUrls(value) : value;
}

const isSecret = ({ writeOnly, format, $ref }: Schema) => writeOnly === true || format === 'password' || $ref !== undefined;

function childSchemas(schemas: unknown[], name: string): Schema[] {
  return schemas
    .filter(isObject)
    .flatMap(withAlternatives)
    .flatMap(({ properties, patternProperties, additionalProperties }) => {
      if (isObject(properties) && Object.hasOwn(properties, name)) return [properties[name]].filter(isObject);
      const patterns = isObject(patternProperties) ? Object.entries(patternProperties) : [];
      const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name)).map(([, schema]) => schema);
      return (matching.length > 0 ? matching : [additionalProperties]).filter(isObject);
    });
}

function itemSchemas(schemas: Schema[]): Schema[] {
  return schemas
    .flatMap(({ items, prefixItems }) => [items, ...(Array.isArray(prefixItems) ? prefixItems : [])])
    .filter(isObject);
}

/** A secret in one alternative is a secret. */
function withAlternatives(schema: Schema): Schema[] {
  const parts = [schema['allOf'], schema['anyOf'], schema['oneOf'], schema['if'], schema['then'], schema['else']].flat();
  return [schema, ...parts.filter(isObject).flatMap(withAlternatives)];
}

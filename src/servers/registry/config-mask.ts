import { isObject } from '../../common/json.js';
import { MASK } from '../../common/secrets/mask-text.js';
import { maskValues } from '../../common/secrets/mask-values.js';
import { maskSecrets } from '../../telemetry/mask-secrets.js';

type Schema = Record<string, unknown>;

/**
 * The config as it may be shown: secrets replaced by a mask. Only what the template's schema describes is shown, and not
 * what any part of it marks as `writeOnly` or of format `password`; without a schema everything is masked.
 * Of what is shown, `maskValues` masks what it takes for a secret wherever it stands.
 */
export function maskConfig(schema: unknown, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return maskValues(maskObject([schema], config));
}

/** The values of a config that `maskConfig` hides. */
export function secretsIn(schema: unknown, config: Readonly<Record<string, unknown>>): string[] {
  const shown = leaves(maskConfig(schema, config));
  return leaves(config).filter((value) => !shown.includes(value));
}

/** Shorter values are in any text by chance. */
const SECRET_MIN_CHARS = 4;

/** Hides these values in a text, and what the log takes for a secret. */
export const hiding = (secrets: readonly string[]) => (text: string) =>
  maskSecrets(
    secrets.filter(({ length }) => length >= SECRET_MIN_CHARS).reduce((rest, secret) => rest.replaceAll(secret, MASK), text),
  );

const leaves = (value: unknown): string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];

/** Where secrets are in configs of this schema: `bearer_token`; `headers.*` is each member of `headers`. */
export function secretPaths(schema: unknown, path: readonly string[] = []): string[] {
  const parts = isObject(schema) ? withAlternatives(schema) : [];
  if (path.length > 0 && parts.some(isSecret)) return [path.join('.')];
  const found = parts.flatMap(({ properties, patternProperties, additionalProperties, items }) => [
    ...(isObject(properties) ? Object.entries(properties).flatMap(([name, child]) => secretPaths(child, [...path, name])) : []),
    ...[...Object.values(isObject(patternProperties) ? patternProperties : {}), additionalProperties, items].flatMap((child) =>
      secretPaths(child, [...path, '*']),
    ),
  ]);
  return [...new Set(found)];
}

function maskObject(schemas: unknown[], value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, mask(schemasOf(schemas, name), child)]));
}

/** @param schemas all that describe the value; without one, nobody has said that it may be shown. */
function mask(schemas: Schema[], value: unknown): unknown {
  const all = schemas.flatMap(withAlternatives);
  if (all.length === 0 || all.some(isSecret)) return MASK;
  if (Array.isArray(value)) return value.map((item) => mask(itemSchemas(all), item));
  if (isObject(value)) return maskObject(all, value);
  return value;
}

const isSecret = ({ writeOnly, format, $ref }: Schema) => writeOnly === true || format === 'password' || $ref !== undefined;

/** All that is said of a member of an object by what is said of the object. */
export function schemasOf(schemas: readonly unknown[], name: string): Schema[] {
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

/** Whether a schema has the member by its name, not by a pattern. */
export const isNamedIn = (schemas: readonly unknown[], name: string): boolean =>
  schemas
    .filter(isObject)
    .flatMap(withAlternatives)
    .some(({ properties }) => isObject(properties) && Object.hasOwn(properties, name));

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

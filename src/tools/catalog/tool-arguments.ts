import { Ajv, type ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { dropNulls } from '../../common/json.js';
import type { JsonSchema } from '../source/tool-source.js';

/** Says what is wrong with a call's arguments, naming the path; undefined when they satisfy the schema. */
export type ArgumentsCheck = (args: Record<string, unknown>) => string | undefined;

// It stops at the first problem, so that a huge array of wrong values costs no more than one.
const OPTIONS = { strict: false, allErrors: false, useDefaults: true, addUsedSchema: false, logger: false } as const;
/** Knows what a schema is; only asked that, since it is the same for all. Each tool's validator would learn it anew, in 30 ms. */
const grammar = { 2020: new Ajv2020(OPTIONS), 7: new Ajv(OPTIONS) };
/** What some people still write: `definitions`, and lists of schemas under `items`. */
const OLD_DRAFT = /^https?:\/\/json-schema\.org\/draft-0[4-7]\/schema/;

/**
 * Compiles the input schema of a tool of ours, once and by itself: no `$id` of one reaches another. Missing arguments that have a
 * default are filled in, and null is as good as missing where the schema does not take it. Never for a stranger's schema, whose compilation or patterns may take for ever.
 * @throws Error when it cannot be compiled.
 */
export function compileArguments({ $schema, ...schema }: JsonSchema): ArgumentsCheck {
  const isOld = typeof $schema === 'string' && OLD_DRAFT.test($schema);
  void grammar[isOld ? 7 : 2020].validateSchema(schema, true);
  const options = { ...OPTIONS, validateSchema: false };
  const ajv = isOld ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return (args) => {
    const isValid = validate(args) || (dropNulls(schema, args) && validate(args));
    return isValid ? undefined : describe(validate.errors![0]!);
  };
}

function describe({ instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  if (keyword === 'required') return `"${[path, params['missingProperty']].filter(Boolean).join('.')}" is required`;
  if (keyword === 'additionalProperties')
    return `"${[path, params['additionalProperty']].filter(Boolean).join('.')}" is not a known argument`;
  if (keyword === 'enum') return `"${path}" must be one of: ${(params['allowedValues'] as unknown[]).join(', ')}`;
  return `"${path || 'arguments'}" ${message}`;
}

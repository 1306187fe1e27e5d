import type { Type } from '@nestjs/common';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';

/** A piece of JSON Schema, as OpenAPI 3.0 writes it. */
export type Schema = Record<string, unknown>;

/** What a class accepts as one of its members. */
export interface ValidatedField {
  /** Bounds, format and pattern. */
  schema: Schema;
  /** Left out and null mean the same: nothing was given. */
  isOptional: boolean;
  /** Null means something else: what was given before is taken back. */
  takesNull: boolean;
  /** It is, or lists, objects with validators of their own. */
  isNested: boolean;
}

/** For `IsOptional` of a member that null takes back (`ValidatedField.takesNull`). */
export const NULL_TAKES_BACK = { context: { takesNull: true } };

/** What a validator of class-validator refuses, in JSON Schema. What is not here cannot be said in it. */
const SAID_AS: Record<string, (...constraints: never[]) => Schema> = {
  isInt: () => ({ type: 'integer' }),
  isBoolean: () => ({ type: 'boolean' }),
  isString: () => ({ type: 'string' }),
  isArray: () => ({ type: 'array' }),
  isObject: () => ({ type: 'object' }),
  min: (minimum: number) => ({ minimum }),
  max: (maximum: number) => ({ maximum }),
  notEquals: (value: unknown) => ({ not: { enum: [value] } }),
  isLength: (minLength: number, maxLength: number) => ({ minLength, maxLength }),
  minLength: (minLength: number) => ({ minLength }),
  maxLength: (maxLength: number) => ({ maxLength }),
  isNotEmpty: () => ({ minLength: 1 }),
  matches: ({ source }: RegExp) => ({ pattern: source }),
  isIn: (values: readonly unknown[]) => ({ enum: [...values] }),
  isUuid: () => ({ format: 'uuid' }),
  isEmail: () => ({ format: 'email' }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayMaxSize: (maxItems: number) => ({ maxItems }),
  arrayUnique: (member?: unknown) => (member ? {} : { uniqueItems: true }),
};

/** Every class whose members are validated, by its name. */
export function validatedClasses(): Map<string, Type> {
  const { validationMetadatas } = getMetadataStorage() as unknown as { validationMetadatas: Map<Type, unknown> };
  return new Map([...validationMetadatas.keys()].map((target) => [target.name, target]));
}

const known = new WeakMap<Type, ReadonlyMap<string, ValidatedField>>();

/** What `target` validates, by member; empty for a class that validates nothing. */
export function validatedFields(target: Type): ReadonlyMap<string, ValidatedField> {
  let fields = known.get(target);
  if (!fields) known.set(target, (fields = fieldsOf(target)));
  return fields;
}

function fieldsOf(target: Type): Map<string, ValidatedField> {
  const fields = new Map<string, ValidatedField>();
  for (const rule of getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)) {
    const field = fields.get(rule.propertyName) ?? { schema: {}, isOptional: false, takesNull: false, isNested: false };
    fields.set(rule.propertyName, field);
    if (rule.name === 'isOptional') field.isOptional = true;
    if (rule.context === NULL_TAKES_BACK.context) field.takesNull = true;
    if (rule.type === ValidationTypes.NESTED_VALIDATION) field.isNested = true;
    field.schema = mergedSchemas(field.schema, schemaOf(rule));
  }
  return fields;
}

/** The second on top of the first, their items likewise. */
export function mergedSchemas(below: Schema, above: Schema): Schema {
  const items = [below['items'], above['items']].filter((one) => one !== undefined) as Schema[];
  return { ...below, ...above, ...(items.length > 0 && { items: items.reduce((all, one) => ({ ...all, ...one })) }) };
}

function schemaOf({ name = '', constraints = [], each }: ValidationMetadata): Schema {
  const schema = SAID_AS[name]?.(...(constraints as never[])) ?? {};
  return each && Object.keys(schema).length > 0 ? { items: schema } : schema;
}

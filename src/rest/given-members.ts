import type { Type } from '@nestjs/common';
import { isObject, withoutNulls } from '../common/json.js';
import { validatedFields, type ValidatedField } from './validated-fields.js';

/** As people, forms and Python write them in a query. */
const FLAGS: Record<string, boolean> = {
  ...{ true: true, '1': true, yes: true, on: true },
  ...{ false: false, '0': false, no: false, off: false },
};
/** JSON has booleans of its own; what a program wrote as text by mistake can still mean nothing else. */
const FLAG_WORDS: Record<string, boolean> = { true: true, false: false };
const WHOLE_NUMBER = /^-?\d{1,16}$/;

/**
 * What a request gives of the members of a class, each as its validators want it. Null is as good as nothing, unless
 * it takes something back, and so is an empty parameter; numbers and flags of a query or a path are read from their text (`isText`). Text that is none stays as it is, for the
 * validators to refuse: `''` is not 0, and `0x10` is not 16. Members that the class does not have stay, to be told of.
 */
export function givenMembers(sent: unknown, target: Type | undefined, isText: boolean): unknown {
  if (!isObject(sent) || !target) return sent;
  const fields = validatedFields(target);
  const given = Object.entries(sent).flatMap(([name, value]): [string, unknown][] => {
    const field = fields.get(name);
    if (!field) return [[name, value]];
    if (value === null) return field.takesNull ? [[name, null]] : [];
    return isText && isEmpty(value) ? [] : [[name, readAs(field, value, isText)]];
  });
  return Object.fromEntries(given);
}

/** Also a parameter that is repeated, and empty each time. */
const isEmpty = (value: unknown): boolean => [value].flat().every((one) => one === '');

function readAs({ schema, isNested }: ValidatedField, value: unknown, isText: boolean): unknown {
  if (isNested) return withoutInnerNulls(value);
  if (typeof value !== 'string') return value;
  if (schema['type'] === 'boolean') return (isText ? FLAGS : FLAG_WORDS)[value.toLowerCase()] ?? value;
  return isText && schema['type'] === 'integer' && WHOLE_NUMBER.test(value) ? Number(value) : value;
}

function withoutInnerNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutInnerNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(withoutNulls(value)).map(([name, one]) => [name, withoutInnerNulls(one)]));
}

import { ValidationPipe, type ArgumentMetadata, type Type, type ValidationError } from '@nestjs/common';
import { isObject } from '../common/json.js';
import { relatedName } from '../common/nearest-name.js';
import { TallygateError, type FieldProblem } from '../common/tallygate-error.js';
import { givenMembers } from './given-members.js';
import { validatedFields } from './validated-fields.js';
import { unstorable } from '../common/storable-value.js';

/** Problems listed in one answer; a hostile body could have thousands. */
const PROBLEMS_MAX = 50;
const NAME_MAX = 100;

const PLACE = { body: 'body', query: 'query', param: 'path' } as const;

class InvalidFields extends Error {
  constructor(readonly errors: ValidationError[]) {
    super();
  }
}

/** What a value of another type is told, whichever of its member's rules was looked at first. */
const TYPES: Record<string, { is: (value: unknown) => boolean; rule: string; words: string }> = {
  integer: { is: Number.isInteger, rule: 'isInt', words: 'must be an integer' },
  boolean: { is: (value) => typeof value === 'boolean', rule: 'isBoolean', words: 'must be true or false' },
  string: { is: (value) => typeof value === 'string', rule: 'isString', words: 'must be a string' },
  array: { is: Array.isArray, rule: 'isArray', words: 'must be a list' },
  object: { is: isObject, rule: 'isObject', words: 'must be an object' },
};

/** Reads and validates what a handler takes by its class, refuses unknown fields, and lists problems as source 003 does. */
export class RestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      stopAtFirstError: true,
      validationError: { target: true },
      exceptionFactory: (errors) => new InvalidFields(errors),
    });
  }

  /** @throws VALIDATION_ERROR with one problem for each field. */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'custom') return value; // what a decorator gives is the gateway's own
    const place = PLACE[metadata.type];
    const flaw = unstorable(value);
    if (flaw) throw invalid([{ loc: [place], msg: flaw, type: 'value_error' }]);
    if (Array.isArray(value) && isValidated(metadata.metatype))
      throw invalid([{ loc: [place], msg: TYPES['object']!.words, type: errorType('isObject') }]);
    try {
      const isText = metadata.type === 'query' || metadata.type === 'param';
      return await super.transform(givenMembers(value, metadata.metatype, isText), metadata);
    } catch (error) {
      throw error instanceof InvalidFields ? invalid(problemsOf(error.errors, [place])) : error;
    }
  }
}

const isValidated = (target: Type | undefined): boolean => target !== undefined && validatedFields(target).size > 0;

function invalid(problems: FieldProblem[]): TallygateError {
  return new TallygateError('VALIDATION_ERROR', 'The request is not valid', { detail: problems.slice(0, PROBLEMS_MAX) });
}

function problemsOf(errors: ValidationError[], path: FieldProblem['loc']): FieldProblem[] {
  return errors.slice(0, PROBLEMS_MAX).flatMap((error) => {
    const loc = [...path, /^\d+$/.test(error.property) ? Number(error.property) : error.property.slice(0, NAME_MAX)];
    const own = Object.entries(error.constraints ?? {}).map(([rule, words]) => problem(loc, rule, words, error));
    return [...own, ...problemsOf(error.children ?? [], loc)];
  });
}

function problem(loc: FieldProblem['loc'], rule: string, words: string, error: ValidationError): FieldProblem {
  if (rule === 'whitelistValidation') return { loc, msg: unknownField(error), type: 'value_error.extra' };
  if (error.value === undefined) return { loc, msg: 'field required', type: 'value_error.missing' };
  const type = typeOf(error);
  if (type && !type.is(error.value)) return { loc, msg: `${error.property} ${type.words}`, type: errorType(type.rule) };
  return { loc, msg: words, type: errorType(rule) };
}

function unknownField({ target, property }: ValidationError): string {
  const meant = relatedName(property, [...validatedFields(target!.constructor as Type).keys()]);
  return meant === undefined ? 'unknown field' : `unknown field; did you mean ${meant}?`;
}

const errorType = (rule: string): string => `value_error.${rule.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

/** The type that the member's class wants; undefined for one that its rules do not name. */
function typeOf({ target, property }: ValidationError): (typeof TYPES)[string] | undefined {
  const field = target && validatedFields(target.constructor as Type).get(property);
  return TYPES[String(field?.schema['type'])];
}

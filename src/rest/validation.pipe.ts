import { ValidationPipe, type ArgumentMetadata, type Type, type ValidationError } from '@nestjs/common';
import { TallygateError, type FieldProblem } from '../common/tallygate-error.js';
import { validatedFields } from './openapi/validated-fields.js';
import { unstorable } from './storable-value.js';

/** Problems listed in one answer; a hostile body could have thousands. */
const PROBLEMS_MAX = 50;
const NAME_MAX = 100;

const PLACE: Record<ArgumentMetadata['type'], string> = { body: 'body', query: 'query', param: 'path', custom: 'request' };

class InvalidFields extends Error {
  constructor(readonly errors: ValidationError[]) {
    super();
  }
}

/** Validates what a handler takes by its class, refuses unknown fields, and lists problems as source 003 does. */
export class RestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new InvalidFields(errors),
    });
  }

  /** @throws VALIDATION_ERROR with one problem for each field. */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const place = PLACE[metadata.type];
    const flaw = metadata.type === 'custom' ? undefined : unstorable(value);
    if (flaw) throw invalid([{ loc: [place], msg: flaw, type: 'value_error' }]);
    try {
      return await super.transform(withoutNulls(value, metadata.metatype), metadata);
    } catch (error) {
      throw error instanceof InvalidFields ? invalid(problemsOf(error.errors, [place])) : error;
    }
  }
}

/** Null is as good as nothing for an optional member: handlers find its default, or undefined. */
function withoutNulls(value: unknown, target: Type | undefined): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !target) return value;
  if (!Object.values(value).includes(null)) return value;
  const fields = validatedFields(target);
  return Object.fromEntries(Object.entries(value).filter(([name, one]) => one !== null || !fields.get(name)?.isOptional));
}

function invalid(problems: FieldProblem[]): TallygateError {
  return new TallygateError('VALIDATION_ERROR', 'The request is not valid', { detail: problems.slice(0, PROBLEMS_MAX) });
}

function problemsOf(errors: ValidationError[], path: FieldProblem['loc']): FieldProblem[] {
  return errors.slice(0, PROBLEMS_MAX).flatMap((error) => {
    const loc = [...path, /^\d+$/.test(error.property) ? Number(error.property) : error.property.slice(0, NAME_MAX)];
    const own = Object.entries(error.constraints ?? {}).map(([rule, words]) => problem(loc, rule, words, error.value));
    return [...own, ...problemsOf(error.children ?? [], loc)];
  });
}

function problem(loc: FieldProblem['loc'], rule: string, words: string, value: unknown): FieldProblem {
  if (rule === 'whitelistValidation') return { loc, msg: 'unknown field', type: 'value_error.extra' };
  if (value === undefined) return { loc, msg: 'field required', type: 'value_error.missing' };
  return { loc, msg: words, type: `value_error.${rule.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}` };
}

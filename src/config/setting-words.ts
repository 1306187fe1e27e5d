import { relatedName } from '../common/nearest-name.js';

/** What is wrong with a value, as zod has it, and the schema that says so. */
interface RawIssue {
  readonly code?: string;
  readonly input?: unknown;
  readonly expected?: unknown;
  readonly origin?: unknown;
  readonly format?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: boolean | undefined;
  readonly values?: readonly unknown[];
  readonly keys?: readonly string[];
  readonly inst?: unknown;
  readonly schema?: unknown;
  readonly errors?: readonly (readonly Alternative[])[];
}

/** What is wrong with a value as one of the types it may have. */
interface Alternative {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What of a schema is told. */
interface Bounds {
  minValue?: number | null;
  maxValue?: number | null;
  isInt?: boolean;
  shape?: object;
}

const TYPES: Record<string, string> = {
  boolean: 'must be true or false',
  string: 'must be text',
  array: 'must be a list',
  object: 'must be a section of settings',
  record: 'must be a section of settings',
};

/** Says in plain words what is wrong with a setting; undefined where the schema has words of its own for it. */
export function plainWords(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : typeWords(issue);
    case 'too_small':
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int' ? numberWords(issue) : sizeWords(issue);
    case 'invalid_value':
      return `must be one of ${issue.values!.join(', ')}`;
    case 'invalid_format':
      return issue.format === 'email' ? 'must be an e-mail address' : undefined;
    case 'unrecognized_keys':
      return `unknown setting ${issue.keys!.map((key) => unknownWords(key, issue)).join(', ')}`;
    case 'invalid_union':
      return unionWords(issue.errors!);
    default:
      return undefined;
  }
}

/** As the type that the value has; where it has none of them, as the first. */
function unionWords(alternatives: readonly (readonly Alternative[])[]): string {
  const isOther = ({ code, path }: Alternative) => code === 'invalid_type' && path.length === 0;
  const fitting = alternatives.find((issues) => !issues.some(isOther)) ?? alternatives[0]!;
  return fitting.map(({ path, message }) => [...path.map(String), message].join(' ')).join('; ');
}

function typeWords(issue: RawIssue): string | undefined {
  const type = String(issue.expected);
  return type === 'number' || type === 'int' ? numberWords(issue) : TYPES[type];
}

/** With both bounds, so that one look is enough. */
function numberWords(issue: RawIssue): string {
  const { minValue, maxValue, isInt } = (issue.schema ?? issue.inst) as Bounds;
  const least = bounded(minValue) ?? issue.minimum;
  const most = bounded(maxValue) ?? issue.maximum;
  const what = `must be a ${isInt ? 'whole ' : ''}number`;
  if (issue.code === 'too_small' && issue.inclusive === false) return `${what} above ${issue.minimum as number}`;
  if (least === undefined) return most === undefined ? what : `${what}, at most ${most as number}`;
  return most === undefined ? `${what}, at least ${least as number}` : `${what} from ${least as number} to ${most as number}`;
}

/** What every number is within is no bound. */
const bounded = (value: number | null | undefined): number | undefined =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;

function sizeWords({ code, origin, minimum, maximum }: RawIssue): string {
  const parts = origin === 'string' ? 'characters' : 'entries';
  return code === 'too_small'
    ? `must have at least ${minimum as number} ${parts}`
    : `must have at most ${maximum as number} ${parts}`;
}

function unknownWords(key: string, { inst }: RawIssue): string {
  const nearest = relatedName(key, Object.keys((inst as Bounds).shape ?? {}));
  return nearest === undefined ? key : `${key} (did you mean ${nearest}?)`;
}

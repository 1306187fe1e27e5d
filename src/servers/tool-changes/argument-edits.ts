import { membersOf, textAt } from '../../common/json-text/json-members.js';
import { TallygateError, type FieldProblem } from '../../common/tallygate-error.js';

const NAME_MAX_CHARS = 200;

/**
 * What a body says of arguments, each with the constant as the text that came, since JavaScript rounds long numbers; null for one that
 * is free again.
 * @param body Valid JSON, of an object whose `arguments` is one
 * @throws INVALID_INPUT for what is neither `{value}` nor null
 */
export function argumentEdits(body: string): Map<string, string | null> {
  const edits = new Map<string, string | null>();
  for (const [name, text] of membersOf(textAt(['arguments'], body)!))
    edits.set(name, text === 'null' ? null : constantOf(name, text));
  return edits;
}

function constantOf(name: string, text: string): string {
  if (name.length > NAME_MAX_CHARS)
    throw invalid([name.slice(0, NAME_MAX_CHARS)], `must have a name of at most ${NAME_MAX_CHARS} characters`);
  if (!text.startsWith('{')) throw invalid([name], 'must be null, or an object with a value');
  const { value, ...others } = Object.fromEntries(membersOf(text));
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid([name, other.slice(0, NAME_MAX_CHARS)], 'unknown field');
  if (value === undefined) throw invalid([name, 'value'], 'field required');
  return value;
}

function invalid(path: FieldProblem['loc'], msg: string): TallygateError {
  const loc = ['body', 'arguments', ...path];
  return new TallygateError('INVALID_INPUT', `${loc.slice(1).join('.')}: ${msg}`, {
    detail: [{ loc, msg, type: 'value_error' }],
  });
}

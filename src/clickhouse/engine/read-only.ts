import { EngineError } from './engine-error.js';

const READS = /^\(*\s*(SELECT|WITH|SHOW|DESCRIBE|EXPLAIN|EXISTS)\b/;
/** `readonly=1` refuses table functions, but lets these reach files of the machine. A server confines them to a folder of its own. */
const REACHES_OUT = /\bINTO\s+OUTFILE\b|\b(file|sqlite|catboostEvaluate)\s*\(/i;
const QUOTED = /'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*"/gs;
const READONLY = 164;

/**
 * Beside `readonly=1`, which the engine honours for data: the embedded engine still runs SYSTEM, KILL and USE, and reads and
 * writes files. `formatted` is the statement as the engine's own parser writes it: one, without comments, names only quoted
 * where they have to be.
 * @throws EngineError as a server words it.
 */
export function assertReadOnly(formatted: string): void {
  const bare = formatted.replace(QUOTED, "''").trim();
  if (READS.test(bare) && !REACHES_OUT.test(bare)) return;
  throw new EngineError(READONLY, 'READONLY', 'Cannot execute query in readonly mode.');
}

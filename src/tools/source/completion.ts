import type { CallContext } from './call-context.js';
import type { ResultTexts } from './result-texts.js';

/** Something with arguments a client can be helped to fill in; MCP, "Completion". */
export interface Completable {
  /** Values of an argument that begin with what was typed, best first. `others`: arguments that are filled in already. */
  complete?(argument: string, typed: string, others: Record<string, string>, context: CallContext): Promise<Completion>;
}

export interface Completion {
  /** At most 100 are sent. */
  values: string[];
  /** How many there are, if known. */
  total?: number;
  hasMore?: boolean;
  /** Of an upstream server's result: what goes on in place of all this. */
  texts?: ResultTexts;
}

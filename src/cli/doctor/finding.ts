/** One thing that `tallygate doctor` has looked at. */
export interface Finding {
  check: string;
  /** What is `open` works, and is for somebody to decide. */
  state: 'good' | 'open' | 'bad';
  words: string;
  /** What to do about it; there for everything bad. */
  fix?: string;
}

export const good = (check: string, words: string): Finding => ({ check, state: 'good', words });
export const open = (check: string, words: string): Finding => ({ check, state: 'open', words });
export const bad = (check: string, words: string, fix: string): Finding => ({ check, state: 'bad', words, fix });

/** Deeper than any honest request; recursion further in, ours and the libraries', is safe below it. */
export const JSON_DEPTH_MAX = 64;

export const [QUOTE, BACKSLASH] = [0x22, 0x5c];
export const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Whether a JSON text nests deeper than 64 levels. Read from the text, before anything is made of it. */
export function isTooDeep(json: string): boolean {
  if (!opensOften(json)) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at) - 1;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth -= 1;
    if (depth > JSON_DEPTH_MAX) return true;
  }
  return false;
}

/** Where the string that begins at `start`, with its quote, is over: the place behind its other quote. */
export function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) if (!isEscaped(json, at)) return at + 1;
  return json.length;
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(json: string, at: number): boolean {
  let from = at;
  while (json.charCodeAt(from - 1) === BACKSLASH) from -= 1;
  return (at - from) % 2 === 1;
}

/** Whether there are brackets enough, in strings too. */
function opensOften(json: string): boolean {
  let found = 0;
  for (const bracket of ['[', '{'])
    for (let at = json.indexOf(bracket); at >= 0; at = json.indexOf(bracket, at + 1)) if (++found > JSON_DEPTH_MAX) return true;
  return false;
}

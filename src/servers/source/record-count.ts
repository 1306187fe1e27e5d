import { isObject } from '../../common/json.js';

/** The parts of an upstream's result that say how much it returned. */
export interface CountedResult {
  content: readonly { type: string; [field: string]: unknown }[];
  structuredContent?: unknown;
  isError?: boolean;
}

/** Members of a result under which servers put their rows, the likeliest first. */
const LISTS = ['data', 'rows', 'records', 'items'] as const;
/** A longer text is not parsed only to count: that would hold up other calls. */
const PARSED_MAX_CHARS = 1_048_576;

/**
 * How many records an upstream's result holds: the length of an array, or of the list under `data`, `rows`, `records` or
 * `items`; any other object is one, and so is text that is no JSON. A result that is an error holds none.
 */
export function recordCountOf({ content, structuredContent, isError }: CountedResult): number {
  if (isError) return 0;
  if (structuredContent !== undefined && structuredContent !== null) return countOf(structuredContent);
  const text = content.map((block) => (block.type === 'text' ? String(block['text'] ?? '') : '')).join('\n');
  return countOfText(text.trim());
}

function countOfText(text: string): number {
  if (text === '') return 0;
  if (text.length > PARSED_MAX_CHARS || !/^[[{]/.test(text)) return 1;
  try {
    return countOf(JSON.parse(text));
  } catch {
    return 1; // text that only looks like JSON
  }
}

function countOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (!isObject(value)) return 1;
  const list = LISTS.map((name) => value[name]).find(Array.isArray);
  return list ? list.length : 1;
}

import { configure } from 'safe-stable-stringify';

const stringify = configure({ deterministic: true, circularValue: Error });

/**
 * JSON whose members are in one order however the value was written, so that equal values are equal texts.
 * @throws Error for a value that refers to itself.
 */
export const canonicalJson = (value: unknown): string => stringify(value) ?? 'null';

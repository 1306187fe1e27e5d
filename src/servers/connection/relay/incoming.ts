import { isObject } from '../../../common/json.js';
import { itemsOf } from '../../../common/json-text/json-members.js';
import { NotMcp } from './no-answer.js';

/** A message of JSON-RPC that came in. */
export type Message = Record<string, unknown>;

/** Messages of one answer. */
const BATCH_MAX = 1_000;

/** The message in a text; undefined for what is none, such as `[DONE]` and other signs of life. */
export function messageIn(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An error may come without an id. */
function isMessage({ id, method, jsonrpc, error }: Message): boolean {
  const isNamed = id === undefined || id === null || typeof id === 'string' || typeof id === 'number';
  if (method !== undefined) return isNamed && typeof method === 'string';
  return isNamed && (id !== undefined || (jsonrpc !== undefined && error !== undefined));
}

/** The texts of what may be messages in one that came as one: a batch has several. What is no batch is not read yet. */
export function messageTextsIn(body: string): string[] {
  const text = withoutMark(body);
  if (!text.trimStart().startsWith('[')) return [text];
  try {
    return messagesIn(text, '');
  } catch {
    return [];
  }
}

/** The messages of an answer, each as its text. @throws NotMcp for what is no JSON, or a batch of too many */
export function messagesIn(body: string, type: string): string[] {
  const text = withoutMark(body);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotMcp(text.trim() === '' ? 'its body is empty' : `its body is no JSON${type && ` but ${type}`}`);
  }
  if (!Array.isArray(value)) return [text];
  if (value.length > BATCH_MAX) throw new NotMcp(`an answer of more than ${BATCH_MAX} messages`);
  return itemsOf(text);
}

/** Why the body of an answer, which was read, has none for its request. */
export function noAnswerIn(body: string, type: string): NotMcp {
  try {
    messagesIn(body, type);
    return new NotMcp('its body is no answer to the request');
  } catch (error) {
    return error as NotMcp;
  }
}

const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text);

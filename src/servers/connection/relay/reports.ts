import { isObject } from '../../../common/json.js';
import { membersOf, textAt } from '../../../common/json-text/json-members.js';
import { LOG_LEVELS, type LogLevel, type LogMessage, type Progress } from '../../../tools/source/call-context.js';
import type { Message } from './incoming.js';
import { dropOurMeta } from './request-meta.js';

/** The report of progress in a message: what is read of it, and the texts that go on. Undefined for one that clients could not read. */
export function progressIn({ params }: Message, text: string): Progress | undefined {
  if (!isObject(params) || typeof params['progress'] !== 'number') return undefined;
  const { progress, total, message } = params;
  const texts = textsOf(text, params, { total: typeof total === 'number', message: typeof message === 'string' });
  return {
    progress,
    ...(texts.has('total') && { total: total as number }),
    ...(texts.has('message') && { message: message as string }),
    texts,
  };
}

/** The message for the log in a message, in the same way. */
export function logMessageIn({ params }: Message, text: string): LogMessage | undefined {
  if (!isObject(params) || !LOG_LEVELS.includes(params['level'] as LogLevel)) return undefined;
  const { level, logger, data } = params;
  const texts = textsOf(text, params, { logger: typeof logger === 'string' });
  return { level: level as LogLevel, ...(texts.has('logger') && { logger: logger as string }), data, texts };
}

/** The parameters, each as the text it came in, without those that are of a wrong type. */
function textsOf(text: string, params: Record<string, unknown>, isReadable: Record<string, boolean>): Map<string, string> {
  const texts = membersOf(textAt(['params'], text)!);
  for (const [name, isGood] of Object.entries(isReadable)) if (!isGood) texts.delete(name);
  dropOurMeta(texts, params['_meta']);
  return texts;
}

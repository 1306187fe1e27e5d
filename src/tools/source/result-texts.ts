/**
 * A result, a report of progress or a message for the log, as an upstream server wrote it: its members, in their order, each as the JSON text it came in, which goes on unchanged. What
 * clients could not read, and what only the gateway may say, is not in it.
 */
export type ResultTexts = ReadonlyMap<string, string>;

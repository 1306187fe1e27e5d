/** What a header can carry as it is. */
const PLAIN = /^(?!=\?base64\?)[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** MCP 2026-07-28, "Value Encoding": what a header cannot carry goes as base64. */
export const headerText = (text: string): string =>
  PLAIN.test(text) ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;

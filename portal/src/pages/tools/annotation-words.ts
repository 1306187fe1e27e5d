type Annotations = Readonly<Record<string, boolean>> | undefined;

/** Only a tool that says so is asked about before each call: MCP's default would be every one that says nothing. */
export const isDestructive = (annotations: Annotations): boolean =>
  annotations?.['destructiveHint'] === true && annotations['readOnlyHint'] !== true;

/** What a tool says of itself, in words. They are hints: nothing makes a tool keep to them. */
export function annotationWords(annotations: Annotations): string[] {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations ?? {};
  const words: string[] = [];
  if (readOnlyHint === true) words.push('Only reads');
  if (readOnlyHint === false) words.push('May change something');
  if (isDestructive(annotations)) words.push('May delete or overwrite');
  if (destructiveHint === false && readOnlyHint !== true) words.push('Deletes and overwrites nothing');
  if (idempotentHint === true && readOnlyHint !== true) words.push('Changes nothing more when it is repeated');
  if (openWorldHint === true) words.push('Reaches systems outside');
  if (openWorldHint === false) words.push('Stays within its own data');
  return words;
}

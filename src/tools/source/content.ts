/** A block of an MCP tool result. */
export type ContentBlock = { type: 'text'; text: string } | { type: string; [field: string]: unknown };

/** What one call read, for the usage record. The source states it; nothing downstream guesses. */
export interface ToolUsage {
  recordCount: number;
  /** Table or dataset read; empty when there is none. */
  tableName: string;
}

/** The text a result begins with: its words for the caller where it is a failure. Empty where it begins with something else. */
export function textOf({ content: [first] }: { content: readonly ContentBlock[] }): string {
  return first && 'text' in first && typeof first.text === 'string' ? first.text : '';
}

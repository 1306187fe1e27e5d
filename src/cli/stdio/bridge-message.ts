/** A JSON-RPC message, as far as a bridge looks into it. */
export interface BridgeMessage {
  id?: string | number;
  method?: string;
  params?: { name?: unknown; uri?: unknown; requestId?: unknown; _meta?: Record<string, unknown> };
}

/** A message or a batch; undefined for what is no JSON object. */
export function parsed(line: string): BridgeMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as BridgeMessage) : undefined;
  } catch {
    return undefined;
  }
}

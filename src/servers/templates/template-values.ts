import type { ServerTemplate } from './server-template.js';

/** The server may have to be connected to first, or another one be asked instead. */
export const timeoutOf = ({ timeoutMs, connectTimeoutMs }: ServerTemplate): number => timeoutMs + connectTimeoutMs;

export const ownValue = <T>(values: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

/** Credits for one call of a tool, by the server's own name of it, unless the settings name it. */
export const priceIn = ({ prices, price }: Pick<ServerTemplate, 'prices' | 'price'>, tool: string): number =>
  ownValue(prices, tool) ?? price;

import { DiscoveryService } from '@nestjs/core';

/**
 * Serves a method of MCP, such as `tools/call`: the decorated method of a provider takes the `McpContext` and returns the result.
 * Nest's guards and interceptors stand around it (`McpHandlers`).
 */
export const McpMethod = DiscoveryService.createDecorator<string>();

/** Serves all notifications of clients, of which the gateway needs few but must accept all. */
export const Notifications = () => McpMethod(HANDLER.NOTIFICATIONS);

/** Serves the methods nobody else serves; it is guarded, so that a stranger learns nothing. */
export const OtherMethods = () => McpMethod(HANDLER.OTHER_METHODS);

/** What a legacy client asks of its session without a request: a GET of its stream, a DELETE, and its replies to questions. */
export type SessionAction = 'stream' | 'end' | 'reply';

/** Serves one of the actions on a session. */
export const OnSession = (action: SessionAction) => McpMethod(handlerOfSession(action));

/** The names of handlers that are no methods of MCP. `McpHandlers` keeps them apart, so that no message can name one. */
export const HANDLER = { NOTIFICATIONS: '# notifications', OTHER_METHODS: '# other methods' } as const;

export const handlerOfSession = (action: SessionAction): string => `# session ${action}`;

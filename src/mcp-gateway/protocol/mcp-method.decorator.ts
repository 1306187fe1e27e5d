import { MessagePattern } from '@nestjs/microservices';

/** Serves a method of MCP: `tools/call`. */
export const McpMethod = (name: string): MethodDecorator => MessagePattern(name);

/** Serves all notifications of clients, of which the gateway needs few but must accept all. */
export const Notifications = (): MethodDecorator => MessagePattern(HANDLER.NOTIFICATIONS);

/** Serves the methods nobody else serves; it is guarded, so that a stranger learns nothing. */
export const OtherMethods = (): MethodDecorator => MessagePattern(HANDLER.OTHER_METHODS);

/** What a legacy client asks of its session without a request: a GET of its stream, a DELETE, and its replies to questions. */
export type SessionAction = 'stream' | 'end' | 'reply';

/** Serves one of the actions on a session. */
export const OnSession = (action: SessionAction): MethodDecorator => MessagePattern(handlerOfSession(action));

/** The names of handlers that are no methods of MCP. `McpDispatcher` keeps them apart, so that no message can name one. */
export const HANDLER = { NOTIFICATIONS: '# notifications', OTHER_METHODS: '# other methods' } as const;

export const handlerOfSession = (action: SessionAction): string => `# session ${action}`;

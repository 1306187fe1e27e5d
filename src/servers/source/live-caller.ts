import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../../common/json.js';
import type { JsonMembers } from '../../common/json-text/json-members.js';
import type { TraceContext } from '../../telemetry/trace-context.js';
import { ClientCannot, QuestionRefused, refuseUnlessAble } from '../../tools/source/ask-client.js';
import type {
  CallClient,
  CallContext,
  CallEffect,
  ClientRequest,
  LogLevel,
  LogMessage,
  Progress,
} from '../../tools/source/call-context.js';
import { TASKS_EXTENSION } from '../../tools/source/server-task.js';
import type { Caller } from '../connection/caller.js';
import { metaForServer } from '../connection/relay/request-meta.js';

const ASKABLE = ['elicitation', 'sampling', 'roots'] as const;

/** The caller of one call, told and asked over its open response where the client can be asked so. */
export class LiveCaller implements Caller {
  constructor(
    private readonly context: CallContext,
    private readonly told: Readonly<Record<string, unknown>> = {},
  ) {}

  get userId(): string {
    return this.context.principal.userId;
  }

  get keyName(): string | undefined {
    return this.context.principal.apiKey?.name;
  }

  get headers(): IncomingHttpHeaders {
    return this.context.headers ?? {};
  }

  get capabilities(): Record<string, unknown> {
    const { client } = this.context;
    const extensions = extensionsOf(client);
    if (!client.ask && !client.takesRounds) return extensions;
    const asked = ASKABLE.flatMap((name) => (client.capabilities[name] ? [[name, client.capabilities[name]]] : []));
    return { ...extensions, ...(Object.fromEntries(asked) as object) };
  }

  get wantsProgress(): boolean {
    return this.context.client.wantsProgress;
  }

  get logLevel(): LogLevel | undefined {
    return this.context.client.logLevel;
  }

  get trace(): TraceContext | undefined {
    return this.context.trace;
  }

  get meta(): JsonMembers {
    const sent = this.context.sent?.();
    const told = Object.entries(this.told).map(([name, value]) => [name, JSON.stringify(value)]);
    return { ...(sent && metaForServer(sent.meta)), ...(Object.fromEntries(told) as JsonMembers) };
  }

  withMeta(meta: Readonly<Record<string, unknown>>): LiveCaller {
    return new LiveCaller(this.context, meta);
  }

  progress(progress: Progress): void {
    this.context.client.progress(progress);
  }

  log(message: LogMessage): void {
    this.context.client.log(message);
  }

  elicitationCompleted(elicitationId: string): void {
    this.context.client.elicitationCompleted?.(elicitationId);
  }

  onEffect(effect: CallEffect): void {
    this.context.onEffect?.(effect);
  }

  onQuestionRefused(words: string): void {
    this.context.onQuestionRefused?.(words);
  }

  async ask(request: ClientRequest): Promise<Record<string, unknown>> {
    const { client } = this.context;
    refuseUnlessAble(client, request.method);
    if (!client.ask) throw new ClientCannot('The caller cannot be asked: their client has no way to be asked.');
    return client.ask(request).catch((error: unknown) => {
      if (error instanceof QuestionRefused) this.onQuestionRefused(error.message);
      throw error;
    });
  }
}

/** Tasks are another thing for clients of before MCP 2026-07-28. */
function extensionsOf({ capabilities: { extensions }, takesRounds }: CallClient): Record<string, unknown> {
  const isKnown = ([name]: [string, unknown]) => takesRounds || name !== TASKS_EXTENSION;
  const known = isObject(extensions) ? Object.entries(extensions).filter(isKnown) : [];
  return known.length > 0 ? { extensions: Object.fromEntries(known) } : {};
}

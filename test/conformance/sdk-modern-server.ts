import { createMcpHandler, MissingRequiredClientCapabilityError, Server } from '@modelcontextprotocol/server';
import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ClientCannot } from '../../src/tools/source/ask-client.js';
import { InputRequired, type CallClient, type CallContext } from '../../src/tools/source/call-context.js';
import { answersOf, type Params } from './fixture-answers.js';
import { FixtureTasks } from './fixture-tasks.js';
import { JOBS } from './fixture-tools.js';
import { FixtureSource } from './fixture.source.js';

const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
  extensions: { 'io.modelcontextprotocol/tasks': {} },
};
const META = 'io.modelcontextprotocol/';

/** What a handler of the SDK's second line is given of its request. */
interface ModernRequest {
  _meta?: Record<string, unknown>;
  envelope?: Record<string, unknown>;
  signal: AbortSignal;
  inputResponses?: Record<string, unknown>;
  requestState?: () => unknown;
  notify(message: object): Promise<void>;
  log(level: string, data: unknown): Promise<void>;
}

/** The fixture behind the official SDK's second line: an upstream server that speaks 2026-07-28 only. */
export function modernListener(): RequestListener {
  const source = new FixtureSource(JOBS);
  const tasks = new FixtureTasks(source);
  const handler = createMcpHandler(() => serverOf(source), { legacy: 'reject' });
  source.onChange(() => {
    handler.notify.toolsChanged();
    handler.notify.promptsChanged();
  });
  return (request, response) => {
    void (async () => {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const body = request.method === 'POST' ? await text(request) : null;
      const own = tasks.answer(body);
      if (own) return void response.writeHead(own.status, { 'Content-Type': 'application/json' }).end(own.json);
      const init = { method: request.method!, headers: new Headers(request.headers as never), body, signal: gone.signal };
      const answer = await handler.fetch(new Request(`http://${request.headers.host}${request.url}`, init));
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body)
        Readable.fromWeb(answer.body as never)
          .on('error', () => response.destroy())
          .pipe(response);
      else response.end();
    })();
  };
}

function serverOf(source: FixtureSource): Server {
  const server = new Server({ name: 'fixture', version: '1.0.0' }, { capabilities: CAPABILITIES });
  for (const [method, answer] of Object.entries(answersOf(source))) {
    server.setRequestHandler(
      method as 'tools/call',
      (async ({ params }: { params?: Params }, { mcpReq }: { mcpReq: ModernRequest }) =>
        Promise.resolve(answer(params ?? {}, contextOf(mcpReq))).catch(nextRound)) as never,
    );
  }
  return server;
}

function nextRound(error: unknown): object {
  if (error instanceof InputRequired) {
    return { resultType: 'input_required', inputRequests: error.requests, requestState: JSON.stringify(error.state ?? {}) };
  }
  if (error instanceof ClientCannot) throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  throw error;
}

const contextOf = (request: ModernRequest) =>
  ({ cancellation: { signal: request.signal }, requestId: 'r', client: clientOf(request) }) as unknown as CallContext;

function clientOf({ _meta = {}, envelope = {}, inputResponses, requestState, notify, log }: ModernRequest): CallClient {
  const { progressToken } = _meta;
  const state = requestState?.();
  return {
    capabilities: (envelope[`${META}clientCapabilities`] ?? _meta[`${META}clientCapabilities`] ?? {}) as Record<string, unknown>,
    takesRounds: true,
    wantsProgress: progressToken !== undefined,
    progress: (progress) => {
      if (progressToken !== undefined) void notify({ method: 'notifications/progress', params: { progressToken, ...progress } });
    },
    log: ({ level, data }) => void log(level, data),
    ...(inputResponses && { input: { responses: inputResponses, state: typeof state === 'string' ? JSON.parse(state) : state } }),
  };
}

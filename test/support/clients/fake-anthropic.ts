import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Of a request to the Anthropic API, what a model with one idea needs. */
interface CreateMessage {
  model: string;
  messages: { content: string | { type: string; content?: unknown }[] }[];
  tools?: { name: string }[];
}

/**
 * A model behind the Anthropic API that does one thing: it calls one of the tools it is offered, once, and says what the tool
 * answered. It lets an agent be driven for real with nothing beyond 127.0.0.1.
 */
export class FakeAnthropic {
  /** Every tool the agent offered, as the agent names it. */
  readonly offered = new Set<string>();
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      if (!request.url?.startsWith('/v1/messages?') && request.url !== '/v1/messages') return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.end(
        this.answer(JSON.parse(body) as CreateMessage)
          .map(eventOf)
          .join(''),
      );
    });
  });

  constructor(private readonly toolUse: { name: string; input: object }) {}

  /** Its base URL. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer({ model, messages, tools = [] }: CreateMessage): { type: string }[] {
    for (const { name } of tools) this.offered.add(name);
    const { content = '' } = messages.at(-1) ?? {};
    const result = typeof content === 'string' ? undefined : content.find(({ type }) => type === 'tool_result');
    const isOffered = tools.some(({ name }) => name === this.toolUse.name);
    if (isOffered && !result) return this.call(model);
    return said(model, result ? `The tool says ${JSON.stringify(result.content)}` : 'There is no such tool.');
  }

  private call(model: string): { type: string }[] {
    const { name, input } = this.toolUse;
    const block = { type: 'tool_use', id: 'toolu_1', name, input: {} };
    return message(model, 'tool_use', block, { type: 'input_json_delta', partial_json: JSON.stringify(input) });
  }
}

const said = (model: string, words: string) =>
  message(model, 'end_turn', { type: 'text', text: '' }, { type: 'text_delta', text: words });

/** The events of a message with one block. */
function message(model: string, stop_reason: string, content_block: object, delta: object): { type: string }[] {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const begun = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  return [
    { type: 'message_start', message: begun },
    { type: 'content_block_start', index: 0, content_block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ] as { type: string }[];
}

const eventOf = (event: { type: string }): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

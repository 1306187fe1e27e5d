import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Of a request to the Gemini API, what a model with one idea needs. */
interface GenerateContent {
  contents: { parts: { functionResponse?: { response: unknown } }[] }[];
  tools?: { functionDeclarations?: { name: string }[] }[];
}

/**
 * A model behind the Gemini API that does one thing: it calls one of the tools it is offered, once, and says what the tool
 * answered. It lets an agent be driven for real with nothing beyond 127.0.0.1.
 */
export class FakeGemini {
  /** Every tool the agent offered, as the agent names it. */
  readonly offered = new Set<string>();
  private readonly server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify(this.answer(JSON.parse(body) as GenerateContent))}\r\n\r\n`);
    });
  });

  constructor(private readonly functionCall: { name: string; args: object }) {}

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

  private answer({ contents, tools = [] }: GenerateContent): object {
    for (const { name } of tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)) this.offered.add(name);
    const result = contents.at(-1)?.parts.find(({ functionResponse }) => functionResponse)?.functionResponse;
    const part = result ? { text: `The tool says ${JSON.stringify(result.response)}` } : { functionCall: this.functionCall };
    return { candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }] };
  }
}

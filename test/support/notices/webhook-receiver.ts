import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Certificate } from '../upstreams/certificates.js';

/** What a webhook was told, its signature verified by the library that Standard Webhooks publishes. */
export interface Received {
  id: string;
  type: string;
  version: number;
  timestamp: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any;
}

export interface ReceivedRequest {
  body: string;
  headers: IncomingHttpHeaders;
}

/** A real endpoint for webhooks, which can misbehave. */
export class WebhookReceiver {
  secret = `whsec_${randomBytes(32).toString('base64')}`;
  /** Every attempt, with a good signature. */
  readonly received: Received[] = [];
  readonly requests: ReceivedRequest[] = [];
  /** Answers that were asked for and have no end yet. */
  open = 0;
  /** How an attempt is answered. */
  answer: (response: ServerResponse, attempt: number) => unknown = (response) => response.writeHead(204).end();
  private readonly server;

  /** @param tls where it is one over HTTPS */
  constructor(private readonly tls?: Pick<Certificate, 'cert' | 'key'>) {
    const receive = (request: IncomingMessage, response: ServerResponse) => void this.receive(request, response);
    this.server = tls ? createTlsServer({ cert: tls.cert, key: tls.key }, receive) : createServer(receive);
  }

  get url(): string {
    return `${this.tls ? 'https' : 'http'}://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks?key=s3cret-of-the-url`;
  }

  get host(): string {
    return new URL(this.url).host;
  }

  async start(port = 0): Promise<this> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Everything so far of a kind. */
  of(type: string): Received[] {
    return this.received.filter((one) => one.type === type);
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    response.on('close', () => (this.open -= 1)).on('error', () => undefined);
    const body = await text(request);
    this.requests.push({ body, headers: request.headers });
    this.received.push(new Webhook(this.secret).verify(body, request.headers as Record<string, string>) as Received);
    this.answer(response, this.received.length);
  }
}

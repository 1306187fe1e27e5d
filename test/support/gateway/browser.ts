import request from 'supertest';
import type { App } from 'supertest/types.js';

/** By this name it asks every replica, so that they share its cookies. */
export const HOST = 'gateway.test:8000';

/** What a browser sends with a request of the portal's own page. */
export const FROM_PORTAL = { 'Sec-Fetch-Site': 'same-origin', 'X-Tallygate-Portal': '1' };

/** A browser with one cookie jar, whose pages are the portal's unless a test says otherwise. */
export class Browser {
  cookie: string | undefined;

  constructor(
    private readonly server: App,
    cookie?: string,
  ) {
    this.cookie = cookie;
  }

  async signIn(email: string, password: string, from: Record<string, string> = FROM_PORTAL) {
    return this.send('post', '/api/auth/session', { email, password }, from);
  }

  get(path: string, from?: Record<string, string>) {
    return this.send('get', path, undefined, from);
  }

  post(path: string, body?: object, from?: Record<string, string>) {
    return this.send('post', path, body, from);
  }

  async send(
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object,
    from: Record<string, string> = FROM_PORTAL,
  ) {
    const asked = request(this.server)[method](path).set('Host', HOST).set(from);
    if (this.cookie !== undefined) void asked.set('Cookie', this.cookie);
    const answer = await asked.send(body);
    const given = (answer.headers['set-cookie'] as unknown as string[] | undefined)?.[0];
    if (given !== undefined) this.cookie = /^([^=]+=[^;]+);/.exec(given)?.[1];
    return answer;
  }
}

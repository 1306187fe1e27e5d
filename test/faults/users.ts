import { JwtService } from '@nestjs/jwt';
import { SECRET, type Cluster } from './cluster.js';

/** Longer than a gateway is paused. */
const PATIENCE_MS = 15_000;
const TOKEN_SECONDS = 864_000;

export interface Account {
  id: number;
  userId: string;
}

/** Somebody with a key. Without an account priced tools are free. */
export interface Caller {
  userId: string;
  accountId: number | null;
  keyId: string;
  key: string;
}

/** Requests to port 8000, of whichever gateway. @throws Error for any answer but success. */
export class RestCaller {
  private readonly tokens = new JwtService();
  private adminId = '';

  constructor(private readonly cluster: Cluster) {}

  /** Users with keys: one rich, one poor, one without an account. */
  async introduceAll(): Promise<Caller[]> {
    const admin = this.cluster.gateways[0]!.running!;
    this.adminId = ((await admin.rest('GET', '/api/auth/me')).json as { id: string }).id;
    return [await this.introduce('rich', true), await this.introduce('poor', true), await this.introduce('guest', false)];
  }

  async createKey(gateway: number, userId: string): Promise<{ keyId: string; key: string }> {
    const body = { key_name: 'for a while', permissions: ['tools:call'] };
    const created = await this.post(gateway, '/api/mcp-keys/create', body, userId);
    return { keyId: created['key_id'] as string, key: created['api_key'] as string };
  }

  /** Known to have happened when it resolves. */
  async revokeKey(gateway: number, userId: string, keyId: string): Promise<void> {
    await this.post(gateway, '/api/mcp-keys/revoke', { key_id: keyId }, userId);
  }

  async grant(gateway: number, accountId: number, amount: number, reference: string): Promise<void> {
    const body = { amount, reason: 'fault run', reference };
    await this.post(gateway, `/api/admin/mcp/accounts/${accountId}/add-credits`, body, this.adminId);
  }

  /** A server of this template, whose address the template says. */
  async registerServer(template: string): Promise<void> {
    await this.post(0, '/servers', { template_name: template }, this.adminId);
  }

  async integrity(gateway: number): Promise<{ ok: boolean }> {
    return (await this.send(gateway, 'GET', '/api/admin/integrity', this.adminId)) as { ok: boolean };
  }

  private async introduce(username: string, hasAccount: boolean): Promise<Caller> {
    const person = { username, email: `${username}@example.com`, password: 'correct horse battery' };
    const { id: userId } = (await this.post(0, '/auth/users', person, this.adminId)) as { id: string };
    if (!hasAccount) return { userId, accountId: null, ...(await this.createKey(0, userId)) };
    const { account } = (await this.post(0, '/api/mcp/enable', {}, userId)) as { account: { id: number } };
    return { userId, accountId: account.id, ...(await this.createKey(0, userId)) };
  }

  private post(gateway: number, path: string, body: object, userId: string): Promise<Record<string, unknown>> {
    return this.send(gateway, 'POST', path, userId, body);
  }

  /** The token is made here, since one of a gateway whose clock is off would expire at once elsewhere. */
  private async send(n: number, method: string, path: string, userId: string, body?: object): Promise<Record<string, unknown>> {
    const { running } = this.cluster.gateways[n]!;
    if (!running) throw new Error('The gateway is down');
    const token = this.tokens.sign({ sub: userId }, { secret: SECRET, expiresIn: TOKEN_SECONDS });
    const response = await fetch(running.restUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}

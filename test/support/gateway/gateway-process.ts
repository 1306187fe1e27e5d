import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../../../src/database/embedded-postgres.js';
import { documentedAnswer } from '../docs/documented-answers.js';
import { leaksIn, secretsIn } from './log-secrets.js';
import { canBePrepared, preparedFolder, preparedKey } from './prepared-data.js';
import { temporaryFolder } from '../temporary-folder.js';

const ADMIN_PASSWORD = 'correct horse battery';

export interface GatewayOptions {
  /** Keeps the data of an earlier start; when absent, a new folder, where the gateway has been started once. */
  dataDir?: string;
  /** That folder is empty: this is the first start. */
  isFirst?: boolean;
  env?: Record<string, string>;
  /** Another build of the program, or another one that starts it. */
  program?: string;
  args?: readonly string[];
  /** Told of the process while it is on its way to be ready. */
  onSpawn?: (child: ChildProcess) => void;
}

/**
 * A running gateway: the built program as a process of its own, on ports of its own. When it ends, its log is searched
 * for every secret it was given or gave, and each answer of REST is compared with the API document: so each e2e test is
 * also one of the log and of the document.
 */
export class GatewayProcess {
  readonly adminPassword = ADMIN_PASSWORD;
  private jwt: string | undefined;
  private readonly secrets = new Set<string>([ADMIN_PASSWORD]);

  private constructor(
    readonly child: ChildProcess,
    readonly dataDir: string,
    private readonly outputSoFar: () => { all: string; log: string },
  ) {}

  /** @throws Error with its output when it ends instead of getting ready. */
  static async start(options: GatewayOptions = {}): Promise<GatewayProcess> {
    const { env = {}, program = join('dist', 'main.js'), args = [] } = options;
    const isPrepared = !options.dataDir && !options.isFirst && canBePrepared(env);
    const dataDir = options.dataDir ?? (isPrepared ? preparedFolder() : temporaryFolder('e2e'));
    const settings = {
      GATEWAY_PORT: '0',
      GATEWAY_MCP_PORT: '0',
      GATEWAY_DATA_DIR: dataDir,
      GATEWAY_ADMIN_PASSWORD: ADMIN_PASSWORD,
      ...env,
    };
    const child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    options.onSpawn?.(child);
    let output = '';
    let log = '';
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (/Tallygate \S+ is ready[^]*\n\n$/.test(output)) resolve();
      };
      child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => {
        if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
        reject(new Error(`The gateway ended with ${code}:\n${output}`));
      });
    });
    const gateway = new GatewayProcess(child, dataDir, () => ({ all: output, log }));
    gateway.keepOutOfLog(settings);
    return gateway;
  }

  /** Everything written to stdout and stderr so far. */
  get output(): string {
    return this.outputSoFar().all;
  }

  /** Its log alone, a JSON object a line; what it shows once, at the start, goes elsewhere. */
  get log(): string {
    return this.outputSoFar().log;
  }

  get restUrl(): string {
    return /REST\s+(http\S+)/.exec(this.output)![1]!;
  }

  get mcpUrl(): string {
    return /MCP\s+(http\S+)/.exec(this.output)![1]!;
  }

  /** The default key of the first start. */
  get apiKey(): string {
    return /API key\s+(\S+)/.exec(this.output)?.[1] ?? preparedKey();
  }

  /** A login token of the admin. */
  async token(): Promise<string> {
    this.jwt ??= (await this.rest('POST', '/api/auth/login', { email: 'admin@localhost', password: ADMIN_PASSWORD }, null)).json[
      'access_token'
    ] as string;
    return this.jwt;
  }

  /**
   * A REST request as the admin, or with the given token; null sends none.
   * @throws Error for an answer that is not as openapi.json says
   */
  async rest(method: string, path: string, body?: unknown, token?: string | null): Promise<RestAnswer> {
    const headers: Record<string, string> = {};
    if (token !== null) headers['authorization'] = `Bearer ${token ?? (await this.token())}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(this.restUrl + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await answerOf(response);
    documentedAnswer(method, path, answer);
    this.keepOutOfLog(body, answer.json);
    return answer;
  }

  /** A key of the admin that was good once. */
  async revokedKey(): Promise<string> {
    const { json } = await this.rest('POST', '/api/mcp-keys/create', { key_name: 'revoked', expires_days: 1 });
    await this.rest('POST', '/api/mcp-keys/revoke', { key_id: json.key_id });
    return json.api_key as string;
  }

  /** One MCP request with `Content-Type` and the key as its only headers, as the source's curl sends it. */
  async mcp(
    method: string,
    params: object = {},
    key: string | null = this.apiKey,
    headers: Record<string, string> = {},
  ): Promise<RestAnswer> {
    return this.mcpRaw(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...headers,
    });
  }

  async mcpRaw(body: string, headers: Record<string, string> = {}): Promise<RestAnswer> {
    return answerOf(
      await fetch(this.mcpUrl, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }),
    );
  }

  async call(name: string, args: object = {}, key?: string): Promise<RestAnswer> {
    return this.mcp('tools/call', { name, arguments: args }, key);
  }

  /** Ends the process and returns its exit code. Its embedded PostgreSQL outlives `SIGKILL`. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    this.child.removeAllListeners('exit');
    const exited = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill(signal);
    const [code] = await exited;
    const leaks = leaksIn(this.log, this.secrets);
    if (leaks.length > 0) throw new Error(`The log shows secrets:\n${leaks.join('\n')}`);
    return code;
  }

  private keepOutOfLog(...given: unknown[]): void {
    for (const secret of given.flatMap((one) => secretsIn(one))) this.secrets.add(secret);
  }

  /** Ends it, its PostgreSQL, and removes its data. */
  async destroy(): Promise<void> {
    await this.end();
    await new EmbeddedPostgres(this.dataDir).stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export interface RestAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; an empty object where it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any;
}

async function answerOf(response: Response): Promise<RestAnswer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}

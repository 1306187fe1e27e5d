import { expect } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../../eventually.js';
import { freePort } from '../../gateway/free-port.js';
import { GatewayProcess } from '../../gateway/gateway-process.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { listsOf, type Request } from './comparison.js';
import { DirectServer } from './direct-server.js';
import { overHttp, overStdio, type OpenLine, type Program } from './lines.js';

/** Where a program works. */
export interface Workplace {
  /** Of this server alone, the same for the direct one and the one behind the gateway. */
  folder: string;
  /** For what each of the two keeps. */
  place: 'direct' | 'gateway';
  /** Of the loopback, for those over HTTP. */
  port: number;
}

/** A server that others have written, and what it is asked. */
export interface RealServer {
  name: string;
  /** Over HTTP: where its endpoint is; it is then one process for all. Over stdio each client has its own. */
  path?: string;
  program: (at: Workplace) => Program;
  /** Fills its folder, before it is started. */
  prepare?: (folder: string) => void;
  /** Beside what all servers are asked, see `requestsFor`. */
  requests: (folder: string) => Request[];
  /** During which it tells or asks its client something. */
  talks?: readonly Request[];
  /** A tool, `wait`, writes "begun" into the file it is given, and "cancelled" when it is. */
  waits?: boolean;
  /** Tools that wait, or answer differently each time. */
  except?: readonly string[];
  /** Requests that it leaves unanswered, since it cannot read them. */
  unanswered?: RegExp;
  /** What of its texts differs between any two runs. */
  varies?: RegExp;
  /** The revision that is spoken to it; else the newest it knows. */
  revision?: string;
}

/** Real servers, each beside itself behind a gateway. */
export class RealServerRig {
  readonly root = temporaryFolder('real-servers');
  gateway?: GatewayProcess;
  private readonly processes: ChildProcess[] = [];
  private readonly urls = new Map<string, string>();
  private readonly clients: DirectServer[] = [];

  private constructor(private readonly servers: readonly RealServer[]) {}

  /** Starts a gateway, and registers all servers with it. */
  static async start(servers: readonly RealServer[]): Promise<RealServerRig> {
    const rig = new RealServerRig(servers);
    try {
      await rig.begin();
      return rig;
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const client of this.clients) await client.close();
    await this.gateway?.destroy(); // absent where it could not be started
    for (const process of this.processes) process.kill('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }

  folderOf({ name }: RealServer): string {
    return join(this.root, name);
  }

  /** A new client of the server itself. */
  direct(server: RealServer): Promise<DirectServer> {
    const url = this.urls.get(server.name);
    const open = url ? overHttp(url) : overStdio(server.program(this.workplace(server, 'direct')));
    return this.client(open, url !== undefined, server.revision);
  }

  /** A new client of the gateway, once it offers as much as the server does; it speaks the same revision. */
  async through(server: RealServer, direct: DirectServer): Promise<DirectServer> {
    const { mcpUrl, apiKey } = this.gateway!;
    const open = overHttp(mcpUrl, { authorization: `Bearer ${apiKey}` });
    const client = await this.client(open, server.path !== undefined, direct.revision);
    const { tools } = await listsOf(direct);
    await eventually(async () => {
      const offered = Object.keys((await listsOf(client))['tools']!).filter((name) => name.startsWith(`${server.name}__`));
      expect(offered.length).toBeGreaterThanOrEqual(Object.keys(tools!).length);
    }, 20_000);
    return client;
  }

  private async begin(): Promise<void> {
    for (const server of this.servers) await this.prepare(server);
    const config = join(this.root, 'gateway.yaml');
    writeFileSync(config, JSON.stringify(this.settings())); // JSON is YAML
    this.gateway = await GatewayProcess.start({ env: { GATEWAY_CONFIG: config, GATEWAY_MCP_SESSIONS: 'true' } });
    for (const { name } of this.servers) {
      const { status, json } = await this.gateway.rest('POST', '/servers', { template_name: name, name });
      expect([name, status, json.health.error]).toEqual([name, 201, null]);
    }
  }

  private async client(open: OpenLine, isHttp: boolean, revision?: string): Promise<DirectServer> {
    const client = await DirectServer.connect(open, isHttp, revision);
    this.clients.push(client);
    return client;
  }

  private async prepare(server: RealServer): Promise<void> {
    mkdirSync(this.folderOf(server));
    server.prepare?.(this.folderOf(server));
    if (server.path === undefined) return;
    const port = await freePort();
    const { command, args, env } = server.program({ ...this.workplace(server, 'direct'), port });
    const child = spawn(command, [...args], { env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' });
    this.processes.push(child);
    await eventually(() => listening(port), 60_000);
    this.urls.set(server.name, `http://127.0.0.1:${port}${server.path}`);
  }

  private workplace(server: RealServer, place: Workplace['place']): Workplace {
    return { folder: this.folderOf(server), place, port: 0 };
  }

  private settings(): object {
    const templates = this.servers.map((server) => [server.name, { ...this.transportOf(server), price: 0 }]);
    return {
      servers: { allowed_networks: ['127.0.0.0/8'] },
      stock_data: { enabled: false },
      examples: { enabled: false },
      templates: Object.fromEntries(templates) as object,
    };
  }

  private transportOf(server: RealServer): object {
    const url = this.urls.get(server.name);
    return url ? { transport: 'http', url } : { transport: 'stdio', ...server.program(this.workplace(server, 'gateway')) };
  }
}

async function listening(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

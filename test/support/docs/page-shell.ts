import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { GatewayProcess } from '../gateway/gateway-process.js';

const RUN_MAX_MS = 120_000;

/**
 * A shell in which the commands of a page run as printed: in a folder of their own with the files they name, with the
 * gateway's addresses and secrets filled in. Variables that one command sets are there for the next.
 */
export class PageShell {
  private assignments = '';

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly folder: string,
  ) {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'example.txt'), 'an example');
    writeFileSync(join(folder, 'AAPL.csv'), 'Date,Open,High,Low,Close,Volume\n2024-01-02,1,3,1,2,100\n');
    const header = 'symbol,Day,open,high,low,close,Close (adj),volume';
    writeFileSync(join(folder, 'prices.csv.gz'), gzipSync(`${header}\nACME,2024-01-02,1,3,1,2,2,100\n`));
    // What `npx tallygate` finds in a clone.
    const program = join(folder, 'node_modules', '.bin', 'tallygate');
    mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
    writeFileSync(
      program,
      `#!/bin/sh\nexport TALLYGATE_URL=${gateway.restUrl}\nexec '${process.execPath}' '${resolve('dist', 'cli', 'main.js')}' "$@"\n`,
    );
    chmodSync(program, 0o755);
  }

  /** @throws Error with the output of a command that fails. */
  async run(command: string): Promise<string> {
    const script = `${this.assignments}\n${this.here(command)}`;
    const options = { env: this.environment(), cwd: this.folder, timeout: RUN_MAX_MS };
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options);
    for (const [assignment] of this.here(command).matchAll(/^[A-Z_]+=\$\((?:[^\n]*\\\n)*[^\n]*$/gm))
      this.assignments += `\n${assignment}`;
    return stdout.trim();
  }

  private here(command: string): string {
    const [rest, mcp] = [new URL(this.gateway.restUrl).host, new URL(this.gateway.mcpUrl).host];
    return command
      .replaceAll('localhost:8000', rest)
      .replaceAll('localhost:8001', mcp)
      .replaceAll(/(["=])\/data\b/g, `$1${this.folder}/data`);
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      KEY: this.gateway.apiKey,
      PASSWORD: this.gateway.adminPassword,
      XDG_CONFIG_HOME: join(this.folder, 'config'),
      GATEWAY_DATA_DIR: this.gateway.dataDir,
      GATEWAY_PORT: new URL(this.gateway.restUrl).port,
    };
  }
}

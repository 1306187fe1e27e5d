import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A line of the suite, and what it is asked to run. */
const RUNS = {
  '0.1.16, 2025-11-25': { program: 'mcp-conformance-0.1', args: [] },
  '0.2.0-alpha.12, 2025-11-25': { program: '@modelcontextprotocol/conformance', args: ['--requirements', '2025-11-25'] },
  '0.2.0-alpha.12, 2026-07-28': { program: '@modelcontextprotocol/conformance', args: ['--requirements', '2026-07-28'] },
} as const;

export const RUN_NAMES = Object.keys(RUNS) as (keyof typeof RUNS)[];

/** The scenarios a revision requires of servers; all the suite runs by default where it keeps no such list. */
export function requiredOf(run: keyof typeof RUNS): string[] {
  const { program, args } = RUNS[run];
  if (args.length === 0) return [];
  const file = join('node_modules', program, 'requirements', `${args[1]}.yaml`);
  return (parse(readFileSync(file, 'utf8')) as { server: string[] }).server;
}

export interface ScenarioResult {
  scenario: string;
  /** Ids of the checks, with what the suite says of each that failed. */
  failures: Record<string, string>;
  checks: number;
}

/** Runs the suite against a gateway; every scenario with what failed of it, by name. */
export async function runSuite(
  run: keyof typeof RUNS,
  gateway: { mcpUrl: string; apiKey: string },
): Promise<Map<string, ScenarioResult>> {
  const { program, args } = RUNS[run];
  const folder = temporaryFolder('conformance');
  const main = join('node_modules', program, 'dist', 'index.js');
  const timeout = args.length > 0 ? ['--timeout', '10000'] : [];
  const suite = spawn(
    process.execPath,
    [
      '--import',
      './test/conformance/suite-preload.mjs',
      main,
      'server',
      '--url',
      gateway.mcpUrl,
      '-o',
      folder,
      ...args,
      ...timeout,
    ],
    {
      env: { PATH: process.env['PATH'], SUITE_GATEWAY: new URL(gateway.mcpUrl).origin, SUITE_API_KEY: gateway.apiKey },
      stdio: 'ignore',
    },
  );
  await once(suite, 'exit');
  const results = readResults(folder);
  rmSync(folder, { recursive: true, force: true });
  return results;
}

/** One folder a scenario, `server-<name>-<time>`, with its checks in a file. */
function readResults(folder: string): Map<string, ScenarioResult> {
  const results = readdirSync(folder).map((name): ScenarioResult => {
    const checks = JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8')) as Check[];
    const failed = checks.filter(({ status }) => status === 'FAILURE');
    const failures = Object.fromEntries(failed.map(({ id, errorMessage }) => [id, errorMessage ?? '']));
    return { scenario: name.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, ''), failures, checks: checks.length };
  });
  return new Map(results.map((result) => [result.scenario, result]));
}

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

import type { FirstRunSecrets } from '../config/first-run-secrets.js';
import { clientConfigurations } from './clients/client-configuration.js';

/** The commonest clients; the others are named. */
const SHOWN = new Set(['claude-code', 'cursor', 'vscode']);

export interface BannerFacts {
  restUrl: string;
  mcpUrl: string;
  version: string;
  startedInMs: number;
  firstRun: FirstRunSecrets;
}

/** What the operator sees once everything is up. Goes to stderr, since stdout may be a log collector's. */
export function startBanner({ restUrl, mcpUrl, version, startedInMs, firstRun }: BannerFacts): string {
  const lines = [
    '',
    `Tallygate ${version} is ready (${(startedInMs / 1000).toFixed(1)} s)`,
    '',
    `  REST     ${restUrl}         API documentation: ${restUrl}/docs`,
    `  MCP      ${mcpUrl}`,
    ...secretLines(firstRun),
    ...(firstRun.apiKey ? clientLines(mcpUrl, firstRun.apiKey) : []),
    '',
  ];
  return lines.join('\n');
}

/** Secrets that are shown once, even when the start fails after they were made. */
export function secretLines({ adminEmail, adminPassword, apiKey }: FirstRunSecrets): string[] {
  if (!adminPassword && !apiKey) return [];
  return [
    '',
    '  Made on this first start and shown only now; keep them:',
    ...(adminPassword ? [`  Admin    ${adminEmail}   password: ${adminPassword}`] : []),
    ...(apiKey ? [`  API key  ${apiKey}`] : []),
  ];
}

function clientLines(mcpUrl: string, apiKey: string): string[] {
  const all = clientConfigurations(mcpUrl, apiKey);
  const shown = all.filter(({ name }) => SHOWN.has(name));
  const others = all.filter(({ name }) => !SHOWN.has(name)).map(({ name }) => name);
  return [
    ...shown.flatMap(({ client, where, text }) => ['', `  ${client}, ${where}:`, `    ${text}`]),
    '',
    `  Other clients, of the name ${others.join(', ')}:`,
    `    npx tallygate config client NAME --url ${mcpUrl} --api-key ${apiKey}`,
  ];
}

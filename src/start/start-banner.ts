import type { FirstRunSecrets } from '../config/first-run-secrets.js';
import { terminalConfigurations } from './clients/terminal-clients.js';

/** The commonest clients; the others are named. */
const SHOWN = new Set(['claude-code', 'cursor', 'vscode']);

export interface BannerFacts {
  restUrl: string;
  mcpUrl: string;
  version: string;
  startedInMs: number;
  firstRun: FirstRunSecrets;
  /** Whether every caller is the admin (`auth.enabled: false`). */
  isOpen: boolean;
  /** Whether its pages are served (`portal.enabled`). */
  hasPortal: boolean;
  /** Whether calls need an account (`credits.mode: required`). */
  needsAccount: boolean;
}

/** What the operator sees once everything is up. Goes to stderr, since stdout may be a log collector's. */
export function startBanner(facts: BannerFacts): string {
  const { restUrl, mcpUrl, version, startedInMs, firstRun, isOpen, hasPortal } = facts;
  const lines = [
    '',
    `Tallygate ${version} is ready (${(startedInMs / 1000).toFixed(1)} s)`,
    '',
    ...(hasPortal ? [`  Portal   ${restUrl}/`] : []),
    `  REST     ${restUrl}         API documentation: ${restUrl}/docs`,
    `  MCP      ${mcpUrl}`,
    ...(isOpen ? ['', '  Authentication is off (auth.enabled: false): every caller is the admin, with or without a key.'] : []),
    ...secretLines(firstRun),
    ...accountLines(facts),
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
    '  Created on this first start and shown only once; keep them:',
    ...(adminPassword ? [`  Admin    ${adminEmail}   password: ${adminPassword}`] : []),
    ...(apiKey ? [`  API key  ${apiKey}`] : []),
  ];
}

/** What the new key needs to call anything that has a price; where authentication is off nobody logs in. */
function accountLines({ restUrl, firstRun: { apiKey, adminEmail }, isOpen, needsAccount }: BannerFacts): string[] {
  if (!needsAccount || !apiKey) return [];
  return [
    '',
    '  Calls need an account with credits (credits.mode: required). Open one for the admin, once:',
    ...(isOpen ? [] : [`    npx tallygate login ${adminEmail ?? 'ADMIN'} --url ${restUrl}`]),
    `    npx tallygate account enable --url ${restUrl}`,
  ];
}

function clientLines(mcpUrl: string, apiKey: string): string[] {
  const all = terminalConfigurations(mcpUrl, apiKey);
  const shown = all.filter(({ id }) => SHOWN.has(id));
  const others = all.filter(({ id }) => !SHOWN.has(id)).map(({ id }) => id);
  return [
    ...shown.flatMap(({ title, where, text }) => ['', `  ${title}, ${where}:`, `    ${text}`]),
    '',
    `  Any other client; NAME is one of ${others.join(', ')}:`,
    `    npx tallygate config client NAME --url ${mcpUrl} --api-key ${apiKey}`,
  ];
}

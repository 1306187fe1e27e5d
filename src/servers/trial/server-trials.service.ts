import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { withDeadline } from '../../common/concurrency/deadline.js';
import { ServerError } from '../../tools/source/server-error.js';
import type { OfferedLists } from '../connection/definitions.js';
import { UpstreamFailure } from '../connection/upstream-failure.js';
import { ServerPool } from '../pool/server-pool.service.js';
import { wordsOf } from '../pool/server-health.js';
import { ServersService } from '../servers.service.js';
import { ServerTemplates } from '../templates/server-templates.service.js';

/** However patient the template is: somebody waits for the answer. */
const TRIAL_MAX_MS = 20_000;

/** What a server would offer, or why it cannot be used. */
export type Trial = { lists: OfferedLists; durationMs: number } | { error: string };

/** Tries servers before they are registered: the same checks, the same connection, and nothing stays of it. */
@Injectable()
export class ServerTrials {
  constructor(
    private readonly servers: ServersService,
    private readonly templates: ServerTemplates,
    private readonly pool: ServerPool,
  ) {}

  /** @throws INVALID_INPUT with the path of what is wrong with the config. */
  async run(templateName: string, config: Record<string, unknown>): Promise<Trial> {
    const checked = await this.servers.checkConfig(templateName, config);
    const since = performance.now();
    try {
      const lists = await this.pool.tried(serverOf(templateName, checked), this.templates.get(templateName), (server) =>
        withDeadline(server.readLists(), TRIAL_MAX_MS, tooLate),
      );
      return { lists, durationMs: Math.round(performance.now() - since) };
    } catch (error) {
      return { error: reasonOf(error) };
    }
  }
}

function serverOf(templateName: string, config: Record<string, unknown>) {
  const now = new Date();
  const names = { id: randomUUID(), name: 'The server', pool: 'trial', templateName };
  return { ...names, config, metadata: {}, enabled: true, weight: 1, createdAt: now, updatedAt: now };
}

const tooLate = () => new UpstreamFailure('timeout', `The server did not list what it offers within ${TRIAL_MAX_MS / 1_000} s.`);

/** @throws what is no fault of the server's. */
function reasonOf(error: unknown): string {
  if (error instanceof ServerError) return `The server refused: ${error.message}`;
  if (!(error instanceof UpstreamFailure)) throw error;
  const { message, advice, words } = error;
  return wordsOf({ error: advice ? `${message} ${advice}` : message, words })!;
}

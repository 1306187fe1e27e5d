import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { localEnvironment } from '../../config/environment.js';
import { readConfig } from '../../config/load-config.js';
import { forgetGateway, runningGateway } from '../../start/running-gateway.js';
import { CliFailure } from '../terminal/cli-failure.js';
import type { BridgedGateway } from './bridge-connection.js';

const PROGRAM = fileURLToPath(new URL('../../main-local.js', import.meta.url));
const STDERR = 2;
/** For another one that starts or stops; longer than either may take. */
const PATIENCE_MS = 120_000;
const LOOK_AGAIN_MS = 200;
const PROBE_TIMEOUT_MS = 2_000;

/**
 * The gateway on the data folder of this machine's settings: the one that runs, else one of our own, which ends with us,
 * however that is. When it goes away while it is used, it is found or started anew.
 */
export class LocalGateway implements BridgedGateway {
  private readonly dataDir = resolve(readConfig().data_dir);
  private located: Promise<string> | undefined;
  private child: ChildProcess | undefined;
  private stopped = false;

  url(): Promise<string> {
    return (this.located ??= this.locateOnce());
  }

  async findAgain(lost: string): Promise<boolean> {
    if (this.stopped) return false;
    const known = this.located;
    // Of all who have lost it, the first looks for another.
    if ((await this.url()) === lost && this.located === known) this.located = this.locateOnce();
    return (await this.url()) !== lost;
  }

  /** Lets calls in flight finish and usage be delivered. Nothing to do for a gateway that is not ours. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (!this.child || hasEnded(this.child)) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }

  /** A search that failed is not the last. */
  private locateOnce(): Promise<string> {
    const search = this.locate();
    search.catch(() => {
      if (this.located === search) this.located = undefined;
    });
    return search;
  }

  /** @throws CliFailure when there is none and none can be started; the one we started has said why. */
  private async locate(): Promise<string> {
    for (const deadline = performance.now() + PATIENCE_MS; ;) {
      if (performance.now() > deadline) forgetGateway(this.dataDir);
      const found = await this.lookFor();
      if (found?.url !== undefined) return found.url;
      const started = found ? undefined : await this.start();
      if (started !== undefined) return started;
      // Another one was faster: it has the folder, and is not ready yet.
      if (!found && !runningGateway(this.dataDir)) throw new CliFailure('The gateway did not start.');
      await setTimeout(LOOK_AGAIN_MS);
    }
  }

  /** Undefined when nothing runs; without a URL when it is starting or stopping. */
  private async lookFor(): Promise<{ url?: string } | undefined> {
    const running = runningGateway(this.dataDir);
    if (!running) return undefined;
    const { restUrl, mcpUrl } = running;
    if (restUrl === undefined) return {};
    const ready = await fetch(`${restUrl}/readyz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(() => undefined);
    return ready?.ok ? { url: mcpUrl! } : {};
  }

  /**
   * Where it is; undefined when it did not start. Ctrl-C does not reach it, since it is in a session of its own; the channel
   * between us tells it when we are gone. Its log goes to stderr: stdout is the client's.
   */
  private async start(): Promise<string | undefined> {
    const child = spawn(process.execPath, [...process.execArgv, PROGRAM], {
      env: localEnvironment(),
      detached: true,
      stdio: ['ignore', STDERR, STDERR, 'ipc'],
    });
    this.child = child;
    const ready = once(child, 'message').then(([message]) => (message as { mcpUrl: string }).mcpUrl);
    const ended = once(child, 'exit').then(() => undefined);
    return Promise.race([ready, ended]);
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

import { isDeepStrictEqual } from 'node:util';
import type { CallerIntroduction } from '../callers/caller-introduction.js';
import type { Cancellation } from '../../common/concurrency/cancellation.js';
import type { Caller } from '../connection/caller.js';
import { checkAnswer, type CallerMethod, type ServerAnswer } from '../connection/relay/answers.js';
import type { SessionRequest } from '../connection/upstream-session.js';
import { unlessServerError } from '../../tools/source/server-error.js';
import { failureOf, UpstreamFailure } from '../connection/upstream-failure.js';
import type { Admitted } from '../approval/server-pins.service.js';
import { LISTS, NOTHING_OFFERED, type OfferedLists } from '../connection/definitions.js';
import { readOfferedLists } from '../connection/offered-lists.js';
import type { ConnectionListener, ReconnectingConnection } from '../connection/reconnecting-connection.js';
import type { RegisteredServer } from '../registry/registered-server.js';
import type { ServerTemplate } from '../templates/server-template.js';
import type { Candidate } from './balancing.js';
import type { Circuit } from './circuit-breaker.js';
import { TaskWaits } from '../connection/task-waits.js';
import { ListAge } from './list-age.js';
import { Places, type Place } from './places.js';
import { ServerHealth, type CheckResult, type HealthReport } from './server-health.js';
import { ServerOffers } from './server-offers.js';

/** How long a caller may wait for the end of a task in one request. */
const TASK_RESULT_TIMEOUT_MS = 600_000;

/** A request of a caller to a server. */
export interface CallerRequest extends Omit<SessionRequest, 'method'> {
  /** Arguments that HTTP repeats as headers. */
  headers?: Readonly<Record<string, string>> | undefined;
  caller: Caller;
  /** Whose failures these are, should it fail. */
  callerId: string;
  place: Place;
  cancellation: Cancellation;
}

/** One registered server at work: its connection, its health, its calls in flight, and what it offers. */
export class PooledServer implements Candidate {
  /** What it offers, and how that differs from what its pool does. */
  readonly offers = new ServerOffers();
  private readonly connection: ReconnectingConnection;
  private readonly serverHealth = new ServerHealth();
  private readonly places: Places;
  private readonly taskWaits = new TaskWaits();
  private started = 0;
  private answersPings = true;
  /** What it said of itself, approved or not. */
  private listed: OfferedLists = NOTHING_OFFERED;
  private readonly listAge = new ListAge(() => this.serverHealth.expectCheck());
  private onResourceUpdated: (uri: string) => void = () => undefined;

  /**
   * @param connectionFor makes the connection that tells the listener what happens to it.
   * @param onRoom called whenever there may be room for a call that waited.
   * @param introduction what it is told of its callers, if anything.
   */
  constructor(
    private registered: RegisteredServer,
    readonly template: ServerTemplate,
    connectionFor: (listener: ConnectionListener) => ReconnectingConnection,
    private readonly onRoom: () => void = () => undefined,
    private readonly introduction?: CallerIntroduction,
  ) {
    this.places = new Places(template.concurrency, onRoom);
    this.connection = connectionFor({
      onConnected: () => this.handleConnected(),
      onLost: () => this.handleLost(),
      onListsChanged: (lists) => this.listAge.expireInTime(lists),
      onResourceUpdated: (uri) => this.onResourceUpdated(uri),
    });
  }

  get id(): string {
    return this.registered.id;
  }

  get name(): string {
    return this.registered.name;
  }

  /** The pool whose calls it shares; the same all its life. */
  get pool(): string {
    return this.registered.pool;
  }

  get isEnabled(): boolean {
    return this.registered.enabled;
  }

  get weight(): number {
    return this.registered.weight;
  }

  get health(): HealthReport {
    return this.serverHealth.report;
  }

  get isHealthy(): boolean {
    return this.health.state === 'healthy';
  }

  get circuit(): Circuit {
    return this.serverHealth.circuit;
  }

  /** Calls in flight, without those that wait for their callers. */
  get active(): number {
    return this.places.taken;
  }

  /** Calls since the server is at work on this replica. */
  get requests(): number {
    return this.started;
  }

  get latencyMs(): number {
    return this.serverHealth.latencyMs;
  }

  /** Whether it may get another call of this caller: while its circuit is half open, one at a time of all. */
  hasRoomFor(callerId: string): boolean {
    return this.places.hasRoomFor(callerId, this.circuit === 'half-open' ? 1 : this.template.concurrency);
  }

  /** A place for a call, until it leaves. */
  takePlace(callerId: string): Place {
    return this.places.take(callerId);
  }

  /** What of that is approved which it offered when it was asked last. */
  get offered(): OfferedLists {
    return this.offers.lists;
  }

  /** Its approved tools: the pin of each, by the server's own name. */
  get approved(): ReadonlyMap<string, string> {
    return this.offers.approved;
  }

  /** Whether it can complete arguments of prompts and templates. */
  get canComplete(): boolean {
    return this.connection.capabilities.completions !== undefined;
  }

  /** Of the child process, if it is one. */
  get pid(): number | undefined {
    return this.connection.pid;
  }

  /** Whether the connection can be kept for what is registered now. One that is switched off keeps no process. */
  isConnectedAs({ enabled, config }: RegisteredServer): boolean {
    return this.isEnabled === enabled && isDeepStrictEqual(this.registered.config, config);
  }

  /** Takes over a change that needs no other connection. */
  update(registered: RegisteredServer): void {
    this.registered = registered;
  }

  /**
   * While the server waits for the caller, another call may have its place.
   * @throws UpstreamFailure when it failed; ServerError when it refused with an error; what `CallerIntroduction` throws.
   */
  async call(method: CallerMethod, request: CallerRequest): Promise<ServerAnswer> {
    const { name, params, taskForm, sessionId, place, callerId, cancellation } = request;
    const isWait = method === 'tasks/result';
    if (isWait) place.lend();
    const onPause = isWait ? undefined : (isPaused: boolean) => (isPaused ? place.lend() : place.takeBack());
    const { caller, headers } = this.introduction ? await introduced(request, this.introduction) : request;
    const timeoutMs = isWait ? TASK_RESULT_TIMEOUT_MS : this.template.timeoutMs;
    const options = { caller, headers, cancellation, timeoutMs, onPause };
    const leave = isWait ? this.taskWaits.enter(this.name, callerId) : undefined;
    this.started += 1;
    const ask = async (): Promise<ServerAnswer> => {
      const result = await this.connection.request({ method, name, params, taskForm, sessionId }, options);
      try {
        checkAnswer(method, result, taskForm);
      } catch (error) {
        throw failureOf(error, { name: this.name, hasSession: false });
      }
      return { ...result, serverId: this.id, isModern: this.connection.era === 'modern' };
    };
    // However long a task takes, its server is well.
    return leave ? ask().finally(leave) : this.serverHealth.observe(ask, callerId);
  }

  /** Whether its health should be checked now; `now` by the monotonic clock, ms. */
  isCheckDue(now: number): boolean {
    return this.isEnabled && this.serverHealth.isCheckDue(now);
  }

  /** Asks it something that every server answers. Never fails; see `health`. */
  async check(): Promise<CheckResult | undefined> {
    const result = await this.serverHealth.check(() => this.askHowItIs(), this.template.healthCheckIntervalMs);
    this.onRoom();
    return result;
  }

  /** Any answer will do. A server that lists its tools is well, too, though it may not know what else it is asked. */
  private async askHowItIs(): Promise<void> {
    const { healthCheckTimeoutMs: timeoutMs } = this.template;
    const ask = (method: string) => this.connection.request({ method, params: {} }, { timeoutMs }).catch(unlessServerError);
    if (!this.answersPings) return void (await ask('tools/list'));
    // MCP 2026-07-28 has no ping.
    await ask(this.connection.era === 'modern' ? 'server/discover' : 'ping').catch(async (error: unknown) => {
      if (!(error instanceof UpstreamFailure) || error.kind === 'unreachable') throw error;
      await ask('tools/list');
      this.answersPings = false;
    });
  }

  /** Whether its lists are too old, or may have changed since they were read. */
  get areListsStale(): boolean {
    return this.listAge.isStale;
  }

  /** Has its lists read again at the next check, which is due at once. */
  expireLists(): void {
    this.listAge.expire();
  }

  /** Asks what it offers now: what may have changed, of a new session all. @throws UpstreamFailure, ServerError */
  async readLists(): Promise<OfferedLists> {
    const { timeoutMs, instructions: isTold } = this.template;
    this.listed = await this.listAge.whileReading((stale) =>
      readOfferedLists(
        (method, params) => this.connection.request({ method, params }, { timeoutMs }),
        () => ({
          capabilities: this.connection.capabilities,
          instructions: isTold ? this.connection.instructions : undefined,
        }),
        { before: this.listed, changed: this.connection.hasSession ? stale : new Set(LISTS) },
      ),
    );
    return this.listed;
  }

  /** Offers this from now on. Returns whether that is something else than before. */
  offer(admitted: Admitted): boolean {
    return this.offers.take(admitted);
  }

  /** Has the listener, the one of all watched resources, called when one of these changes, or may have. */
  watch(uris: readonly string[], onUpdated: (uri: string) => void): void {
    this.onResourceUpdated = onUpdated;
    this.connection.watch(uris);
  }

  unwatch(uri: string): void {
    this.connection.unwatch(uri);
  }

  close(): Promise<void> {
    this.listAge.stop();
    return this.connection.close();
  }

  /** Whatever was known of it may have changed. */
  private handleConnected(): void {
    this.listAge.expireInTime(LISTS);
    for (const uri of this.connection.watched) this.onResourceUpdated(uri);
  }

  /** Where somebody watches a resource, there has to be another session soon: a check starts one. */
  private handleLost(): void {
    if (this.connection.watched.size > 0) this.serverHealth.expectCheck();
  }
}

/** With what the server is told of the caller. */
async function introduced<Request extends Pick<CallerRequest, 'caller' | 'headers'>>(
  request: Request,
  introduction: CallerIntroduction,
): Promise<Request> {
  const { headers, meta } = await introduction.of(request.caller);
  return { ...request, caller: request.caller.withMeta(meta), headers: { ...headers, ...request.headers } };
}

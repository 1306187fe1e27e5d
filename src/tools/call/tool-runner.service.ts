import { Injectable } from '@nestjs/common';
import { inspect } from 'node:util';
import { loggerFor } from '../../common/log-contexts.js';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import type { Span } from '../../telemetry/span.js';
import { PausableTimer } from '../../common/concurrency/pausable-timer.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { ClientCannot, refuseUnlessAble } from '../source/ask-client.js';
import { InputRequired, type CallClient, type CallContext, type CallEffect } from '../source/call-context.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import { Cancellation } from '../../common/concurrency/cancellation.js';
import { PatientClient } from '../rounds/patient-client.js';
import { failed, refusedByServer, type ToolOutcome, type ToolRequest } from './tool-call.js';
import { needsTaskWords } from '../source/server-task.js';
import { ServerError } from '../source/server-error.js';
import { ToolInputError, type ToolResult } from '../source/tool-source.js';

class ToolTimeout extends Error {}

/** How long a tool may still finish whose caller has gone. What it finishes is charged and recorded; then it is told to stop. */
const HANG_UP_GRACE_MS = 1_000;

/** Runs one admitted call: checks the arguments, bounds the time, and turns whatever happens into an outcome. */
@Injectable()
export class ToolRunner {
  private readonly logger = loggerFor('Tools');

  constructor(private readonly config: AppConfig) {}

  private timeoutMsOf({ tool }: CatalogTool): number {
    return tool.timeoutMs ?? this.config.values.tools.timeout_seconds * 1_000;
  }

  /** `span`: the call's own, while traces are on. Never rejects: a failure is an outcome that can be recorded and answered. */
  async run(request: ToolRequest, span?: Span): Promise<ToolOutcome> {
    const { entry, cancellation } = request;
    const attempt = new Attempt(entry.tool);
    try {
      const problem = entry.checkArguments(request.arguments);
      if (problem) return failed(entry, 'INVALID_ARGUMENTS', `Invalid arguments for ${entry.tool.name}: ${problem}.`);
      const needsTask = needsTaskWords(entry.tool, request);
      if (needsTask) return failed(entry, 'INVALID_ARGUMENTS', needsTask);
      if (cancellation.isCancelled) return failed(entry, 'CANCELLED', 'The caller went away before the tool ran.');
      const result = await this.withinTime(request, attempt, span);
      if (result.isError && attempt.refusal !== undefined) return failed(entry, 'INVALID_ARGUMENTS', attempt.refusal, 'unknown');
      return { result, effect: 'known', ...(result.isError && { errorCode: 'TOOL_ERROR' as const }) };
    } catch (error) {
      attempt.failed(error);
      return { ...this.outcomeOf(request, attempt, error), effect: attempt.effect };
    } finally {
      attempt.end();
    }
  }

  /** The tool's own promise may outlive this one; its signal tells it to stop. Time spent asking the client is not the tool's. */
  private withinTime(request: ToolRequest, attempt: Attempt, span: Span | undefined): Promise<ToolResult> {
    const { entry, cancellation, client } = request;
    return new Promise<ToolResult>((resolve, reject) => {
      const timer = attempt.begin(this.timeoutMsOf(entry));
      attempt.stop.onCancel(reject);
      cancellation.onCancel((reason) => attempt.hangUp(reason));
      const patient = client.ask ? new PatientClient(client, client.ask, timer) : client;
      entry.tool.call(request.arguments, contextOf(request, attempt, patient, span)).then(resolve, reject);
    });
  }

  private outcomeOf(request: ToolRequest, attempt: Attempt, error: unknown): ToolOutcome {
    const { entry, requestId } = request;
    const { name } = entry.tool;
    if (error instanceof InputRequired) return this.inputRequired(request, attempt, error);
    if (error instanceof ClientCannot) return cannotAsk(entry, error);
    if (error instanceof ToolInputError) return failed(entry, 'INVALID_ARGUMENTS', error.message);
    if (error instanceof ServerError) return refusedByServer(entry, error);
    const { reason } = attempt;
    if (reason instanceof ToolTimeout) {
      const seconds = this.timeoutMsOf(entry) / 1_000;
      return failed(entry, 'TIMEOUT', `${name} did not answer within ${seconds} s. Nothing was charged.`);
    }
    if (reason) return failed(entry, 'CANCELLED', 'The caller went away while the tool ran.');
    if (error instanceof TallygateError) return this.expected(request, error);
    this.logger.error(failureOf(request, (error as Error)?.stack ?? inspect(error)));
    return failed(entry, 'BACKEND_ERROR', `${name} failed. Nothing was charged. Request id: ${requestId}.`);
  }

  private inputRequired(request: ToolRequest, attempt: Attempt, error: InputRequired): ToolOutcome {
    const { entry, client } = request;
    try {
      for (const { method } of Object.values(error.requests)) refuseUnlessAble(client, method);
    } catch (refusal) {
      return this.outcomeOf(request, attempt, refusal);
    }
    if (!client.takesRounds) {
      const words = `${entry.tool.name} needs your input, which it asks clients of MCP 2026-07-28 for.`;
      return failed(entry, 'INVALID_ARGUMENTS', words);
    }
    return { ...failed(entry, 'INPUT_REQUIRED', error.message), inputRequired: error };
  }

  /** A failure the source foresaw: its words are for the caller. */
  private expected(request: ToolRequest, { message }: TallygateError): ToolOutcome {
    this.logger.warn(failureOf(request, message));
    return failed(request.entry, 'BACKEND_ERROR', `${message} Nothing was charged.`);
  }
}

/** One run of a tool: how far it has come, and how it is told to stop. */
class Attempt {
  /** Cancelled when the time is over, and some time after the caller has gone. */
  readonly stop = new Cancellation();
  /** What the tool may have done so far. */
  effect: CallEffect = 'none';
  /** Why the gateway has not passed on what the tool wanted to ask, if so. */
  refusal: string | undefined;
  private timer: PausableTimer | undefined;
  private grace: NodeJS.Timeout | undefined;
  /** Why the caller has gone, if they have. */
  private gone: Error | undefined;
  private hasEnded = false;

  constructor(private readonly tool: CatalogTool['tool']) {}

  /** Why it ended before its answer, if it did: the time was over, or the caller had gone. */
  get reason(): Error | undefined {
    return this.stop.reason ?? (this.effect === 'known' ? undefined : this.gone);
  }

  /** Upstream servers say themselves when a call has been sent. */
  begin(timeoutMs: number): PausableTimer {
    if (!this.tool.isForeign) this.effect = 'unknown';
    return (this.timer = new PausableTimer(timeoutMs, () => this.stop.cancel(this.gone ?? new ToolTimeout())));
  }

  /** The caller has gone. What has not been sent stops at once. */
  hangUp(reason: Error): void {
    if (this.hasEnded) return;
    this.gone = reason;
    if (this.effect === 'none') this.stop.cancel(reason);
    else this.grace = setTimeout(() => this.stop.cancel(reason), HANG_UP_GRACE_MS);
  }

  /** Of our own tools, those that say what is wrong, or only read, have done nothing that is not known. */
  failed(error: unknown): void {
    const { isForeign, annotations } = this.tool;
    if (isForeign || this.effect === 'none') return;
    if (error instanceof ToolInputError || error instanceof InputRequired) this.effect = 'known';
    else if (annotations?.readOnlyHint) this.effect = 'none';
  }

  end(): void {
    this.hasEnded = true;
    this.timer?.end();
    clearTimeout(this.grace);
  }
}

/** The tool had to ask its caller, who cannot be asked; they are told which capability is missing, where that is why. */
function cannotAsk(entry: CatalogTool, { message, missing }: ClientCannot): ToolOutcome {
  return { ...failed(entry, 'INVALID_ARGUMENTS', message), ...(missing && { missingCapabilities: missing }) };
}

/** A line for the log, to be found by the id the caller and the usage record have. */
function failureOf({ entry, requestId }: ToolRequest, words: string) {
  return { msg: maskSecrets(`${entry.tool.name} failed, request ${requestId}: ${words}`), requestId };
}

function contextOf(request: ToolRequest, attempt: Attempt, client: CallClient, span: Span | undefined): CallContext {
  const { principal, requestId, serverId, headers, trace, sent } = request;
  return {
    principal,
    requestId,
    serverId,
    headers,
    sent,
    trace: span?.context ?? trace,
    client,
    onEffect: (effect) => (attempt.effect = effect),
    onQuestionRefused: (words) => (attempt.refusal = words),
    cancellation: attempt.stop,
  };
}

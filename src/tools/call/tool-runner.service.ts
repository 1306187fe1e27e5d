import { Injectable } from '@nestjs/common';
import { loggerFor } from '../../common/log-contexts.js';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import type { Span } from '../../telemetry/span.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { ClientCannot, refuseUnlessAble } from '../source/ask-client.js';
import { InputRequired, type CallClient, type CallContext } from '../source/call-context.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import { PatientClient } from './patient-client.js';
import { failed, type ToolErrorCode, type ToolOutcome, type ToolRequest } from './tool-call.js';
import { ToolInputError, type ToolResult } from '../source/tool-source.js';

class ToolTimeout extends Error {}

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
    const { entry } = request;
    const problem = entry.checkArguments(request.arguments);
    if (problem) return notRun(entry, 'INVALID_ARGUMENTS', `Invalid arguments for ${entry.tool.name}: ${problem}.`);
    if (request.cancellation.isCancelled) return notRun(entry, 'CANCELLED', 'The caller went away before the tool ran.');
    try {
      const result = await this.withinTime(request, span);
      return result.isError ? { result, errorCode: 'TOOL_ERROR' } : { result };
    } catch (error) {
      return this.outcomeOf(request, error);
    }
  }

  /** The tool's own promise may outlive this one; its signal tells it to stop. Time spent asking the client is not the tool's. */
  private withinTime(request: ToolRequest, span: Span | undefined): Promise<ToolResult> {
    const { entry, cancellation } = request;
    return new Promise<ToolResult>((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const stop = () => clearTimeout(timer);
      const start = () => (timer = setTimeout(() => cancellation.cancel(new ToolTimeout()), this.timeoutMsOf(entry)));
      cancellation.onCancel(reject);
      start();
      const { ask } = request.client;
      const client = ask ? new PatientClient(request.client, ask, { stop, start }) : request.client;
      entry.tool.call(request.arguments, contextOf(request, client, span)).then(
        (result) => (stop(), resolve(result)),
        (error: unknown) => (stop(), reject(error as Error)),
      );
    });
  }

  private outcomeOf(request: ToolRequest, error: unknown): ToolOutcome {
    const { entry, requestId, cancellation } = request;
    const { name } = entry.tool;
    if (error instanceof InputRequired) return this.inputRequired(request, error);
    if (error instanceof ClientCannot) return cannotAsk(entry, error);
    if (error instanceof ToolInputError) return failed(entry, 'INVALID_ARGUMENTS', error.message);
    const { reason } = cancellation;
    if (reason instanceof ToolTimeout) {
      const seconds = this.timeoutMsOf(entry) / 1_000;
      return failed(entry, 'TIMEOUT', `${name} did not answer within ${seconds} s. Nothing was charged.`);
    }
    if (reason) return failed(entry, 'CANCELLED', 'The caller went away while the tool ran.');
    if (error instanceof TallygateError) return this.expected(request, error);
    this.logger.error(failureOf(request, (error as Error)?.stack ?? String(error)));
    return failed(entry, 'BACKEND_ERROR', `${name} failed. Nothing was charged. Request id: ${requestId}.`);
  }

  private inputRequired(request: ToolRequest, error: InputRequired): ToolOutcome {
    const { entry, client } = request;
    const { takesRounds, capabilities } = client;
    if (!takesRounds) {
      const words = `${entry.tool.name} needs your input, but your client does not support questions (elicitation).`;
      return failed(entry, 'INVALID_ARGUMENTS', words);
    }
    try {
      for (const { method } of Object.values(error.requests)) refuseUnlessAble(capabilities, method);
    } catch (refusal) {
      return this.outcomeOf(request, refusal);
    }
    return { ...failed(entry, 'INPUT_REQUIRED', error.message), inputRequired: error };
  }

  /** A failure the source foresaw: its words are for the caller. */
  private expected(request: ToolRequest, { message }: TallygateError): ToolOutcome {
    this.logger.warn(failureOf(request, message));
    return failed(request.entry, 'BACKEND_ERROR', `${message} Nothing was charged.`);
  }
}

const notRun = (entry: CatalogTool, ...failure: [ToolErrorCode, string]): ToolOutcome => ({
  ...failed(entry, ...failure),
  hasNotRun: true,
});

/** The tool had to ask its caller, who cannot be asked; they are told which capability is missing, where that is why. */
function cannotAsk(entry: CatalogTool, { message, capability }: ClientCannot): ToolOutcome {
  return { ...failed(entry, 'INVALID_ARGUMENTS', message), ...(capability && { missingCapability: capability }) };
}

/** A line for the log, to be found by the id the caller and the usage record have. */
function failureOf({ entry, requestId }: ToolRequest, words: string) {
  return { msg: maskSecrets(`${entry.tool.name} failed, request ${requestId}: ${words}`), requestId };
}

function contextOf(request: ToolRequest, client: CallClient, span: Span | undefined): CallContext {
  const { principal, requestId, serverId, trace, cancellation } = request;
  return {
    principal,
    requestId,
    serverId,
    trace: span?.context ?? trace,
    client,
    get signal() {
      return cancellation.signal;
    },
  };
}

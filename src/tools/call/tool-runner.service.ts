import { Injectable, Logger } from '@nestjs/common';
import { maskSecrets } from '../../telemetry/mask-secrets.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { AppConfig } from '../../config/app-config.js';
import { ClientCannot, refuseUnlessAble } from '../source/ask-client.js';
import { InputRequired, type CallClient, type CallContext } from '../source/call-context.js';
import { failed, type ToolCall, type ToolOutcome, type ToolRequest } from './tool-call.js';
import type { CatalogTool } from '../catalog/catalog-tool.js';
import { ToolInputError, type ToolResult } from '../source/tool-source.js';

class ToolTimeout extends Error {}

/** Runs one admitted call: checks the arguments, bounds the time, and turns whatever happens into an outcome. */
@Injectable()
export class ToolRunner {
  private readonly logger = new Logger('Tools');

  constructor(private readonly config: AppConfig) {}

  private timeoutMsOf({ tool }: CatalogTool): number {
    return tool.timeoutMs ?? this.config.values.tools.timeout_seconds * 1_000;
  }

  /** Never rejects: a failure is an outcome that can be recorded and answered. */
  async run(call: ToolCall): Promise<ToolOutcome> {
    const { entry, request } = call;
    const problem = entry.checkArguments(request.arguments);
    if (problem) return failed(call, 'INVALID_ARGUMENTS', `Invalid arguments for ${entry.tool.name}: ${problem}.`);
    if (request.cancellation.isCancelled) return failed(call, 'CANCELLED', 'The caller went away before the tool ran.');
    call.hasRun = true;
    try {
      const result = await this.withinTime(call);
      return result.isError ? { result, errorCode: 'TOOL_ERROR' } : { result };
    } catch (error) {
      return this.outcomeOf(call, error);
    }
  }

  /** The tool's own promise may outlive this one; its signal tells it to stop. Time spent asking the client is not the tool's. */
  private withinTime({ entry, request }: ToolCall): Promise<ToolResult> {
    const { cancellation } = request;
    return new Promise<ToolResult>((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const stop = () => clearTimeout(timer);
      const start = () => (timer = setTimeout(() => cancellation.cancel(new ToolTimeout()), this.timeoutMsOf(entry)));
      cancellation.onCancel(reject);
      start();
      const client = stoppingTheClock(request.client, stop, start);
      entry.tool.call(request.arguments, contextOf(request, client)).then(
        (result) => (stop(), resolve(result)),
        (error: unknown) => (stop(), reject(error as Error)),
      );
    });
  }

  private outcomeOf(call: ToolCall, error: unknown): ToolOutcome {
    const { tool } = call.entry;
    if (error instanceof InputRequired) return this.inputRequired(call, error);
    if (error instanceof ClientCannot && error.capability) call.missingCapability = error.capability;
    if (error instanceof ToolInputError) return failed(call, 'INVALID_ARGUMENTS', error.message);
    const { reason } = call.request.cancellation;
    if (reason instanceof ToolTimeout) {
      return failed(
        call,
        'TIMEOUT',
        `${tool.name} did not answer within ${this.timeoutMsOf(call.entry) / 1_000} s. Nothing was charged.`,
      );
    }
    if (reason) return failed(call, 'CANCELLED', 'The caller went away while the tool ran.');
    if (error instanceof TallygateError) return this.expected(call, error);
    this.logger.error(failureOf(call, (error as Error)?.stack ?? String(error)));
    return failed(call, 'BACKEND_ERROR', `${tool.name} failed. Nothing was charged. Request id: ${call.request.requestId}.`);
  }

  private inputRequired(call: ToolCall, error: InputRequired): ToolOutcome {
    const { takesRounds, capabilities } = call.request.client;
    if (!takesRounds)
      return failed(
        call,
        'INVALID_ARGUMENTS',
        `${call.entry.tool.name} needs to ask you something, which your client cannot be.`,
      );
    try {
      for (const { method } of Object.values(error.requests)) refuseUnlessAble(capabilities, method);
    } catch (refusal) {
      return this.outcomeOf(call, refusal);
    }
    return { ...failed(call, 'INPUT_REQUIRED', error.message), inputRequired: error };
  }

  /** A failure the source foresaw: its words are for the caller. */
  private expected(call: ToolCall, { message }: TallygateError): ToolOutcome {
    this.logger.warn(failureOf(call, message));
    return failed(call, 'BACKEND_ERROR', `${message} Nothing was charged.`);
  }
}

/** A line for the log, to be found by the id the caller and the usage record have. */
function failureOf({ entry, request: { requestId } }: ToolCall, words: string) {
  return { msg: maskSecrets(`${entry.tool.name} failed, request ${requestId}: ${words}`), requestId };
}

function contextOf({ principal, requestId, serverId, trace, cancellation }: ToolRequest, client: CallClient): CallContext {
  return {
    principal,
    requestId,
    serverId,
    trace,
    client,
    get signal() {
      return cancellation.signal;
    },
  };
}

/** A person may think longer about a question than a tool may take. `ask` has a limit of its own. */
function stoppingTheClock(client: CallClient, stop: () => void, start: () => void): CallClient {
  const { ask } = client;
  if (!ask) return client;
  let pending = 0;
  const patient: CallClient['ask'] = (request) => {
    if (pending++ === 0) stop();
    return ask(request).finally(() => {
      if (--pending === 0) start();
    });
  };
  return Object.create(client, { ask: { value: patient } }) as CallClient;
}

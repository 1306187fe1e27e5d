import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { testConfig } from '../../../test/support/gateway/test-config.js';
import { TallygateError } from '../../common/tallygate-error.js';
import { Cancellation } from '../../common/concurrency/cancellation.js';
import { compileArguments } from '../catalog/tool-arguments.js';
import type { ToolRequest } from './tool-call.js';
import { ToolRunner } from './tool-runner.service.js';
import { SILENT_CLIENT } from '../source/call-context.js';
import { ToolInputError, type Tool, type ToolResult } from '../source/tool-source.js';
import { textOf } from '../source/content.js';

const done: ToolResult = { content: [{ type: 'text', text: 'ok' }], usage: { recordCount: 2, tableName: 't' } };

function callOf(call: Tool['call'], args: object = {}, cancellation = new Cancellation()) {
  const inputSchema = { type: 'object' as const, properties: { n: { type: 'integer' } } };
  const tool: Tool = { name: 'probe', title: '', description: '', inputSchema, price: 1, tableName: 'bars', call };
  const entry = { tool, source: 's', price: 1, checkArguments: compileArguments(inputSchema), listing: '', spanName: '' };
  const request = { entry, arguments: args, requestId: 'r-1', cancellation, principal: {}, client: SILENT_CLIENT };
  return request as unknown as ToolRequest;
}

const runner = new ToolRunner(testConfig({ tools: { timeout_seconds: 0.1 } }));

describe('ToolRunner', () => {
  it('passes on what the tool says, a failure it reports included', async () => {
    expect(await runner.run(callOf(() => Promise.resolve(done)))).toEqual({ result: done, effect: 'known' });
    const failure = { ...done, isError: true };
    expect(await runner.run(callOf(() => Promise.resolve(failure)))).toEqual({
      result: failure,
      errorCode: 'TOOL_ERROR',
      effect: 'known',
    });
  });

  it('does not run a tool on arguments that break its schema', async () => {
    const outcome = await runner.run(callOf(() => Promise.reject(new Error('ran')), { n: 'x' }));
    expect(outcome.errorCode).toBe('INVALID_ARGUMENTS');
    expect(textOf(outcome.result)).toBe('Invalid arguments for probe: "n" must be integer.');
    expect(outcome.result.usage).toEqual({ recordCount: 0, tableName: 'bars' });
  });

  it("gives the caller the tool's words on input that makes no sense", async () => {
    const outcome = await runner.run(callOf(() => Promise.reject(new ToolInputError('start is after end'))));
    expect(outcome).toMatchObject({ errorCode: 'INVALID_ARGUMENTS', result: { isError: true } });
    expect(textOf(outcome.result)).toBe('start is after end');
  });

  it('gives the caller the words of a failure the source foresaw, as a backend error', async () => {
    const foreseen = new TallygateError('UNAVAILABLE', 'files-1 did not answer within 5 s.', { cause: new Error('10.0.0.1') });
    const outcome = await runner.run(callOf(() => Promise.reject(foreseen)));
    expect(outcome.errorCode).toBe('BACKEND_ERROR');
    expect(textOf(outcome.result)).toBe('files-1 did not answer within 5 s. Nothing was charged.');
  });

  it('tells the caller nothing of an internal failure but its request id', async () => {
    Logger.overrideLogger(false);
    const outcome = await runner.run(callOf(() => Promise.reject(new Error('password=hunter2'))));
    expect(outcome.errorCode).toBe('BACKEND_ERROR');
    expect(textOf(outcome.result)).toContain('r-1');
    expect(textOf(outcome.result)).not.toContain('hunter2');
  });

  it('ends a call that takes too long and tells the tool', async () => {
    let told: Cancellation | undefined;
    const outcome = await runner.run(callOf((_, { cancellation }) => new Promise(() => (told = cancellation))));
    expect(outcome.errorCode).toBe('TIMEOUT');
    expect(told!.isCancelled).toBe(true);
  });

  it('tells the tool when the caller goes away', async () => {
    const caller = new Cancellation();
    let told: Cancellation | undefined;
    const running = runner.run(callOf((_, { cancellation }) => new Promise(() => (told = cancellation)), {}, caller));
    caller.cancel();
    expect((await running).errorCode).toBe('CANCELLED');
    expect(told!.isCancelled).toBe(true);
  });

  it('takes what a tool finishes soon after its caller has gone: nobody gets it for nothing by hanging up', async () => {
    const caller = new Cancellation();
    let finish: (result: ToolResult) => void = () => undefined;
    const running = runner.run(callOf(() => new Promise((resolve) => (finish = resolve)), {}, caller));
    caller.cancel();
    finish(done);
    expect(await running).toEqual({ result: done, effect: 'known' });
  });

  it('says what a call may have done: nothing before it is sent, anything while it is not answered', async () => {
    const effectOf = async (tool: Partial<Tool>, call: Tool['call']) => {
      const request = callOf(call);
      Object.assign(request.entry.tool, tool);
      return (await runner.run(request)).effect;
    };
    const fails = () => Promise.reject(new TallygateError('UNAVAILABLE', 'away'));
    expect(await effectOf({ isForeign: true }, fails)).toBe('none');
    expect(await effectOf({ isForeign: true }, (_, { onEffect }) => (onEffect!('unknown'), fails()))).toBe('unknown');
    expect(await effectOf({ isForeign: true }, (_, { onEffect }) => (onEffect!('known'), fails()))).toBe('known');
    expect(await effectOf({}, fails)).toBe('unknown');
    expect(await effectOf({ annotations: { readOnlyHint: true } }, fails)).toBe('none');
    expect(await effectOf({}, () => Promise.reject(new ToolInputError('reversed')))).toBe('known');
  });

  it('never rejects, not even where the arguments cannot be checked or the tool throws at once', async () => {
    Logger.overrideLogger(false);
    const broken = callOf(() => Promise.resolve(done));
    broken.entry.checkArguments = () => {
      throw new RangeError('Maximum call stack size exceeded');
    };
    expect(await runner.run(broken)).toMatchObject({ errorCode: 'BACKEND_ERROR', effect: 'none' });
    const throwing = () => {
      throw new Error('at once');
    };
    expect((await runner.run(callOf(throwing))).errorCode).toBe('BACKEND_ERROR');
  });

  it('does not start for a caller who is gone already', async () => {
    const gone = new Cancellation();
    gone.cancel();
    const outcome = await runner.run(callOf(() => Promise.reject(new Error('ran')), {}, gone));
    expect(outcome.errorCode).toBe('CANCELLED');
  });
});

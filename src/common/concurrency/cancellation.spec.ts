import { expect, it } from '@jest/globals';
import { Cancellation } from './cancellation.js';

const reason = new Error('enough');

it('tells its listeners and its signal once, with the first reason', () => {
  const heard: unknown[] = [];
  const cancellation = new Cancellation();
  cancellation.onCancel((why) => heard.push(why));
  cancellation.signal.addEventListener('abort', () => heard.push('signal'));
  cancellation.cancel(reason);
  cancellation.cancel(new Error('too late'));
  expect(heard).toEqual(['signal', reason]);
  expect(cancellation).toMatchObject({ isCancelled: true, reason });
});

it('tells those who ask after it has happened', () => {
  const heard: unknown[] = [];
  const cancellation = new Cancellation();
  cancellation.cancel(reason);
  cancellation.onCancel((why) => heard.push(why));
  expect(heard).toEqual([reason]);
  expect(cancellation.signal).toMatchObject({ aborted: true, reason });
});

it('tells nobody who has stopped waiting', () => {
  const heard: unknown[] = [];
  const [cancellation, listener] = [new Cancellation(), (why: Error) => heard.push(why)];
  cancellation.onCancel(listener);
  cancellation.offCancel(listener);
  cancellation.cancel(reason);
  expect(heard).toEqual([]);
});

it('is named as an aborted call is where nobody says why', () => {
  const cancellation = new Cancellation();
  cancellation.cancel();
  expect(cancellation.reason?.name).toBe('AbortError');
});

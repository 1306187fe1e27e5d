import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../src/common/concurrency/cancellation.js';
import { eventually } from '../support/eventually.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const headers = { Authorization: 'Bearer upstream-secret-1' };
const pool = { transport: 'http', url: '${config.url}', headers, config, timeout_seconds: 0.5, health_check_timeout: 0.5 };
let rig: UpstreamRig;
let a: TestUpstream;

beforeEach(async () => {
  a = await new TestUpstream().start();
});
afterEach(async () => {
  await rig.close();
  await a.stop();
});

async function start(template: object): Promise<void> {
  rig = new UpstreamRig({ pool: { ...pool, ...template } });
  await rig.register(server('a', 'pool', { url: a.url }));
}

async function calls(count: number): Promise<string[]> {
  const codes: string[] = [];
  for (let call = 0; call < count; call += 1) codes.push((await rig.call('pool__act')).errorCode ?? 'ok');
  return codes;
}

describe('the places of a server', () => {
  it('gives each server as many calls at once as it may have; more of them wait for a place', async () => {
    a.delayMs = 100;
    await start({ concurrency: 2, timeout_seconds: 5 });
    const started = performance.now();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => rig.call('pool__act')));
    expect(outcomes.map(({ errorCode }) => errorCode)).toEqual(Array(5).fill(undefined));
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  it('refuses as busy only what no longer fits into the line, and lets those wait no longer than their caller does', async () => {
    await start({ concurrency: 1, timeout_seconds: 5 });
    a.behaviour = 'hang';
    const leaving = new Cancellation();
    const waiting = Array.from({ length: 33 }, () => rig.call('pool__act', {}, leaving));
    expect((await rig.call('pool__act')).text).toMatch(/busy, and many calls wait/);
    const other = rig.call('pool__act', {}, leaving, { userId: 'another' });
    leaving.cancel();
    const outcomes = await Promise.all([...waiting, other]);
    expect(new Set(outcomes.map(({ errorCode }) => errorCode))).toEqual(new Set(['CANCELLED']));
    expect(outcomes.filter(({ effect }) => effect === 'unknown')).toHaveLength(1);
  });

  it('serves one user beside another whose slow calls have taken all they may have and fill the line', async () => {
    a.delayMs = 1_000;
    await start({ concurrency: 4, timeout_seconds: 20 });
    let mine = 0;
    const all = Array.from({ length: 20 }, () => rig.call('pool__act').then(() => (mine += 1)));
    await eventually(() => expect(a.calls).toBe(3));
    expect((await rig.call('pool__act', {}, new Cancellation(), { userId: 'another' })).errorCode).toBeUndefined();
    expect(mine).toBeLessThan(7);
    await Promise.all(all);
  }, 30_000);

  it('is not taken from everybody by what one caller asks: checks, or failures of several callers, say that it does not work', async () => {
    await start({ health_check_interval: 60 });
    a.behaviour = 'error-500'; // for calls; checks are answered
    expect(await calls(6)).toEqual(Array(6).fill('BACKEND_ERROR'));
    expect(rig.health.of('a').state).not.toBe('unhealthy');
    a.behaviour = 'answer';
    expect((await rig.call('pool__act', {}, new Cancellation(), { userId: 'another' })).errorCode).toBeUndefined();
  });
});

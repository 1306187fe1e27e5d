import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { answerWith, OddUpstream } from '../support/upstreams/odd-upstream.js';
import { server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 5, health_check_interval: 60 };
const CAPABILITIES = '{"tools":{"listChanged":true}}';
const DISCOVERED = `{"supportedVersions":["2026-07-28"],"capabilities":${CAPABILITIES},"serverInfo":{"name":"odd","version":"1"}}`;

describe('a server that says who it is and refuses everything else', () => {
  const upstream = new OddUpstream('modern');
  const rig = new UpstreamRig({ up: http });
  const listens: number[] = [];

  beforeAll(async () => {
    upstream.results['server/discover'] = DISCOVERED;
    upstream.bend = (asked) => {
      if (asked.method === 'subscriptions/listen') listens.push(performance.now());
      return asked.method === 'server/discover' ? false : answerWith(asked, 'no', {}, 401);
    };
    await upstream.start();
    rig.set(server('up-1', 'up', { url: upstream.url }));
  });
  afterAll(async () => {
    await rig.close();
    await upstream.stop();
  });

  it('is asked for its announcements after ever longer pauses, and for its lists no more often than it is checked', async () => {
    await eventually(() => expect(listens.length).toBeGreaterThanOrEqual(3), 20_000);
    const [first, second, third] = listens as [number, number, number];
    expect(third - second).toBeGreaterThan(1.5 * (second - first));
    expect(upstream.count('tools/list')).toBeLessThanOrEqual(4); // at the start, and when it is connected
  });

  it('has that as its problem', () => {
    expect(rig.health.of('up-1').error).toBe(
      "What it offers cannot be listed: up-1 refused the gateway's credentials (HTTP 401).",
    );
  });
});

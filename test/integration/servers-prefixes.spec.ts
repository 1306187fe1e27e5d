import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/auth/access/principal.js';
import { OddUpstream } from '../support/upstreams/odd-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, timeout_seconds: 5 };
/** By its looks it is one of the pool `crm` once the characters are changed that clients refuse. */
const ALMOST = 'crm_.look';

/** Beside a pool whose tools have its name in front, one whose server would like to be taken for it. */
describe('Without a prefix, a server', () => {
  const upstreams = { crm: new OddUpstream('modern'), bare: new OddUpstream('legacy') };
  const rig = new UpstreamRig({ crm: http, bare: { ...http, prefix: 'none' } });
  const offer = (upstream: OddUpstream, tools: string[], prompts: string[]) => {
    upstream.results['tools/list'] = JSON.stringify({ tools: tools.map((name) => ({ name, inputSchema: { type: 'object' } })) });
    upstream.results['prompts/list'] = JSON.stringify({ prompts: prompts.map((name) => ({ name })) });
  };

  beforeAll(async () => {
    offer(upstreams.crm, ['look', 'find'], ['plan']);
    const theirs = ['crm__look', 'crm__gone', 'crm___', ALMOST];
    offer(upstreams.bare, ['find', 'bare__own', 'crm', 'nobody__x', ...theirs], ['draft', 'bare__own', 'crm__plan', ...theirs]);
    for (const upstream of Object.values(upstreams)) await upstream.start();
    // It was there before.
    const [bare, crm] = [
      server('bare-1', 'bare', { url: upstreams.bare.url }),
      server('crm-1', 'crm', { url: upstreams.crm.url }),
    ];
    await rig.register(bare, crm);
  });
  beforeEach(() => rig.change('bare', {}));
  afterAll(async () => {
    await rig.close();
    for (const upstream of Object.values(upstreams)) await upstream.stop();
  });

  const prompts = () => (JSON.parse(rig.prompts.listFor(caller).json) as { name: string }[]).map(({ name }) => name);
  const limitedTo = (...names: string[]): Principal => ({
    ...caller,
    apiKey: { id: 'k', name: 'k', allowedTools: new Set(names), rateLimitPerHour: null },
  });

  it('has its tools and prompts called as it calls them, but for those that are called as another pool’s are', () => {
    expect(rig.names().sort()).toEqual(['bare__own', 'crm', 'crm__find', 'crm__look', 'find', 'nobody__x']);
    expect(prompts().sort()).toEqual(['bare__own', 'crm__plan', 'draft']);
  });

  it('does not answer for another pool', async () => {
    expect((await rig.call('crm__look')).text).toBe('seen');
    expect([upstreams.crm.count('tools/call'), upstreams.bare.count('tools/call')]).toEqual([1, 0]);
    await expect(rig.prompts.find('crm__plan', caller)!.offer.get({}, rig.context())).rejects.toThrow('Method not found');
    expect([upstreams.crm.count('prompts/get'), upstreams.bare.count('prompts/get')]).toEqual([1, 0]);
  });

  it('is not meant by a name of another pool that the other does not offer, nor by a key’s allow-list that has it', () => {
    for (const name of ['crm__gone', 'crm___', ALMOST]) {
      for (const one of [caller, limitedTo(name)]) {
        expect(() => rig.catalog.get(name, one)).toThrow(`Unknown tool: ${name}`);
        expect(rig.prompts.find(name, one)).toBeUndefined();
        expect(rig.catalog.visibleTo(limitedTo(name))).toEqual([]);
      }
    }
    expect(rig.catalog.get('find', limitedTo('find')).source).toBe('bare');
  });

  it('gets no such name from an operator either', () => {
    rig.change('bare', { find: { name: 'crm__gone' } });
    expect(() => rig.catalog.get('crm__gone', caller)).toThrow('Unknown tool');
    rig.change('bare', { crm__gone: { name: 'gone' } });
    expect(rig.catalog.get('gone', caller).tool.origin).toEqual({ server: 'bare', tool: 'crm__gone' });
  });

  it('may use the name of a pool that is gone', async () => {
    const crm = rig.registered.find(({ name }) => name === 'crm-1')!;
    rig.set(...rig.registered.filter((one) => one !== crm));
    expect(rig.names()).toContain('crm__gone');
    await rig.register(...rig.registered, crm);
    expect(rig.names()).not.toContain('crm__gone');
  });
});

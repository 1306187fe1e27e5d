import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { LegacyUpstream, ModernUpstream } from '../support/upstreams/talking-upstream.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';
import { caller, server, UpstreamRig } from '../support/upstreams/upstream-rig.js';

const config = { type: 'object', properties: { url: { type: 'string' } } };
const http = { transport: 'http', url: '${config.url}', config, tables: { note: 'notes' } };
const legacy = new LegacyUpstream();
const modern = new ModernUpstream();
let rig: UpstreamRig;

beforeAll(async () => {
  await Promise.all([legacy.start(), modern.start()]);
  const child = {
    transport: 'stdio',
    command: process.execPath,
    args: [join('test', 'support', 'upstreams', 'modern-server.mjs')],
  };
  rig = new UpstreamRig({ old: http, new: { ...http, prefix: 'none' }, child });
  await rig.register(server('old-1', 'old', { url: legacy.url }), server('everything-1', 'everything'));
}, 60_000);
afterAll(async () => {
  await rig.close();
  await Promise.all([legacy.stop(), modern.stop()]);
});

const listed = (json: string): Record<string, unknown>[] => JSON.parse(json) as Record<string, unknown>[];
const read = async (uri: string) => rig.resources.find(uri, caller)!.offer.read(uri, rig.context());

describe('what a server of an older revision offers', () => {
  it('is listed: resources under their own addresses, prompts with the prefix of its tools', () => {
    expect(listed(rig.resources.resourcesFor(caller).json)).toContainEqual({
      uri: 'note://today',
      name: 'note',
      mimeType: 'text/plain',
      _meta: { 'tallygate/table': 'notes' },
    });
    expect(listed(rig.resources.templatesFor(caller).json)).toContainEqual(
      expect.objectContaining({ uriTemplate: 'note://{day}/all' }),
    );
    const prompts = listed(rig.prompts.listFor(caller).json);
    expect(prompts).toContainEqual({ name: 'old__plan', title: 'plan', arguments: [{ name: 'day', required: true }] });
  });

  it('is read, counted and named after its table', async () => {
    expect(await read('note://today')).toMatchObject({
      contents: [{ uri: 'note://today', text: 'Buy milk' }],
      usage: { recordCount: 1, tableName: 'notes' },
    });
  });

  it('is read at the addresses of a template', async () => {
    expect((await read('note://monday/all')).contents).toEqual([{ uri: 'note://monday/all', text: 'of monday' }]);
    expect(rig.resources.find('note://monday/none', caller)).toBeUndefined();
  });

  it('is got as a prompt', async () => {
    const { offer: prompt } = rig.prompts.find('old__plan', caller)!;
    expect(await prompt.get({ day: 'monday' }, rig.context())).toMatchObject({
      messages: [{ role: 'user', content: { type: 'text', text: 'Plan monday' } }],
    });
  });
});

describe('what the official everything server offers over stdio', () => {
  it('has resources, templates and prompts, and its template is read', async () => {
    expect(listed(rig.resources.resourcesFor(caller).json).length).toBeGreaterThan(3);
    const { contents } = await read('demo://resource/dynamic/text/1');
    expect(contents[0]).toMatchObject({ uri: 'demo://resource/dynamic/text/1', mimeType: 'text/plain' });
  });

  it('completes the arguments of its prompts', async () => {
    const { offer: prompt } = rig.prompts.find('everything__completable-prompt', caller)!;
    const { values } = await prompt.complete!('department', 'E', {}, rig.context());
    expect(values).toEqual(['Engineering']);
  });
});

describe('a server of 2026-07-28 only', () => {
  beforeAll(async () => {
    await rig.register(server('old-1', 'old', { url: legacy.url }), server('new-1', 'new', { url: modern.url }));
  }, 60_000);

  it('is called by its own names, in the headers too', async () => {
    expect((await rig.call('work')).text).toBe('done');
    expect(modern.names).toContain('work');
  });

  it('is called over stdio as well', async () => {
    await rig.register(server('child-1', 'child'));
    expect((await rig.call('child__era')).text).toBe('2026-07-28');
    await rig.register(server('old-1', 'old', { url: legacy.url }), server('new-1', 'new', { url: modern.url }));
  }, 60_000);

  it('is read, its prompts are got, and an address that another server has too stays that of the one registered first', async () => {
    const { messages } = await rig.prompts.find('plan', caller)!.offer.get({ day: 'friday' }, rig.context());
    expect(messages[0]!.content).toEqual({ type: 'text', text: 'Plan friday' });
    expect(rig.resources.find('note://today', caller)!.source.name).toBe('old');
  });

  it('beside one that does not answer loses nothing', async () => {
    const silent = await new TestUpstream('another key').start();
    rig.set(server('new-1', 'new', { url: modern.url }), server('bad-1', 'old', { url: silent.url }));
    await eventually(() => expect(rig.health.of('bad-1').state).toBe('unhealthy'));
    await eventually(() => expect(listed(rig.prompts.listFor(caller).json)).toEqual([expect.objectContaining({ name: 'plan' })]));
    expect((await read('note://today')).contents).toHaveLength(1);
    await silent.stop();
  }, 30_000);
});

describe('a resource that is watched', () => {
  it.each([
    ['an older revision', 'old', legacy],
    ['2026-07-28', 'new', modern],
  ] as const)(
    'of a server of %s is told of when it changes, until nobody watches',
    async (_, template, upstream) => {
      await rig.register(server(`${template}-2`, template, { url: upstream.url }));
      let told = 0;
      const stop = rig.resources.find('note://today', caller)!.source.watch!('note://today', () => (told += 1));
      await eventually(async () => {
        await upstream.changeNote();
        expect(told).toBeGreaterThan(0);
      }, 15_000);
      stop();
      if (upstream instanceof LegacyUpstream) await eventually(() => expect(upstream.watched.size).toBe(0));
      const before = told;
      await upstream.changeNote();
      expect(told).toBe(before);
    },
    30_000,
  );

  const ADDRESSES = Array.from({ length: 200 }, (_, n) => `note://${n}/all`);

  it('is asked for by itself and once, however many others are watched and whoever else watches it', async () => {
    await rig.register(server('old-3', 'old', { url: legacy.url }));
    const { source } = rig.resources.find('note://today', caller)!;
    const before = legacy.watchRequests;
    const stops = [...ADDRESSES, ...ADDRESSES].map((uri) => source.watch!(uri, () => undefined));
    await eventually(() => expect(legacy.watched.size).toBe(ADDRESSES.length), 15_000);
    expect(legacy.watchRequests - before).toBe(ADDRESSES.length);
    for (const stop of stops) stop();
    await eventually(() => expect(legacy.watched.size).toBe(0), 15_000);
    expect(legacy.watchRequests - before).toBe(2 * ADDRESSES.length);
  }, 30_000);

  it('of 2026-07-28 is named in few streams, though each names all that is watched', async () => {
    await rig.register(server('new-3', 'new', { url: modern.url }));
    const { source } = rig.resources.find('note://today', caller)!;
    modern.addresses = [];
    const stops: (() => void)[] = [];
    for (const uri of ADDRESSES) {
      stops.push(source.watch!(uri, () => undefined));
      await rig.call('greet').catch(() => undefined); // the server has time to answer between two
    }
    await eventually(() => expect(new Set(modern.addresses).size).toBe(ADDRESSES.length), 15_000);
    // A stream for each new one would name half the square of their number; a busy machine makes more streams than a quiet one.
    expect(modern.addresses.length).toBeLessThan(ADDRESSES.length ** 2 / 4);
    for (const stop of stops) stop();
  }, 30_000);
});

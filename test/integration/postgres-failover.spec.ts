import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { rmSync } from 'node:fs';
import pg from 'pg';
import { isBackendAway } from '../../src/common/backend-away.js';
import { Primary } from '../../src/database/primary/primary.js';
import { eventually } from '../support/eventually.js';
import { PostgresPair } from '../support/databases/postgres-pair.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { openPostgres, type OpenPostgres } from '../support/databases/test-database.js';
import { temporaryFolder } from '../support/temporary-folder.js';

jest.setTimeout(60_000);
const LOCK = 4_711;
/** How long an answer is waited for here. */
const timeoutMs = 1_000;

describe('A PostgreSQL with a standby', () => {
  const folder = temporaryFolder('pair');
  const pair = new PostgresPair(folder);
  /** An address that leads to whichever server takes writes, and keeps the connections it has. */
  const address = new TcpProxy(() => new URL(pair.url));
  /** Ways to the two servers. */
  const ways = [0, 1].map((n) => new TcpProxy(() => new URL(pair.urls[n]!)));
  let addresses: { moving: string; each: string[] };
  let doors: Record<'both' | 'moving', OpenPostgres>;
  let turn = 0;

  beforeAll(async () => {
    await pair.start();
    addresses = { moving: await address.start(), each: await Promise.all(ways.map((way) => way.start())) };
    await write(await openPostgres(pair.url), 'CREATE TABLE things (id int)');
  });
  afterAll(async () => {
    for (const proxy of [address, ...ways]) await proxy.stop();
    pair.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** A parameter of each test's own makes another URL, of which nothing is known yet. */
  const mark = (url: string) => `${url}?application_name=turn-${turn}`;
  const urls = () => {
    const [one, other] = addresses.each.map((url) => new URL(url));
    const two = `postgresql://${one!.username}:${one!.password}@${one!.host},${other!.host}/postgres`;
    return { both: mark(two), moving: mark(addresses.moving) };
  };

  beforeEach(async () => {
    turn += 1;
    const { both, moving } = urls();
    await Primary.of(both).look();
    doors = { both: await openPostgres(both), moving: await openPostgres(moving) };
  });
  afterEach(async () => {
    await Promise.all(Object.values(doors).map((door) => door.close()));
    for (const way of ways) way.restore();
    await pair.makeStandby();
  });

  const ids = async ({ postgres }: OpenPostgres) =>
    (await postgres.query<{ id: number }>('SELECT id FROM things ORDER BY id', [], { timeoutMs })).map(({ id }) => id);
  const append = ({ postgres }: OpenPostgres, id: number) =>
    postgres.prepared('append', 'INSERT INTO things VALUES ($1)', [id], { timeoutMs });
  const portOf = async ({ postgres }: OpenPostgres) =>
    Number((await postgres.query<{ port: number }>('SELECT inet_server_port() AS port', [], { timeoutMs }))[0]!.port);
  /** A statement of each of so many connections, at the same time. */
  const portsOf = async (door: OpenPostgres, count: number) =>
    new Set(await Promise.all(Array.from({ length: count }, () => portOf(door))));
  const portOfPrimary = () => Number(new URL(pair.url).port);
  const tell = (payload: string) => tellOn(pair.url, payload);
  /** Resolves with what is heard, and how often the channel began to be heard. */
  const listen = async ({ postgres }: OpenPostgres) => {
    const ears = { heard: [] as string[], began: 0 };
    postgres.listen('things', { onNotification: (payload) => ears.heard.push(payload), onListening: () => (ears.began += 1) });
    await eventually(() => expect(ears.began).toBe(1));
    return ears;
  };

  it.each(['both', 'moving'] as const)('is written to where it takes writes, by a URL that names %s', async (way) => {
    expect(await portOf(doors[way])).toBe(portOfPrimary());
  });

  it('has no connection that leads to the standby: that is away, until it is promoted', async () => {
    const standby = mark(addresses.each[pair.urls.indexOf(pair.standbyUrl)]!);
    const refused = await openPostgres(standby).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: '25006', message: 'The server is a standby' });
    expect(isBackendAway(refused)).toBe(true);
    await pair.promote();
    const door = await openPostgres(standby);
    await append(door, turn);
    await door.close();
    pair.fence();
  });

  describe.each(['both', 'moving'] as const)(
    'whose primary is killed, and whose standby is promoted, by a URL that names %s',
    (way) => {
      it('has all that was answered, is away until then, and goes on by itself: statements, locks and what is listened to', async () => {
        const door = doors[way];
        const ears = await listen(door);
        const held = (await door.postgres.hold(LOCK, 'test'))!;
        await append(door, turn);
        const before = await ids(door);
        pair.kill();
        await eventually(() => expect(held.lost.aborted).toBe(true));
        const failure = await append(door, -1).catch((error: Error) => error);
        expect(isBackendAway(failure)).toBe(true);
        await pair.promote();
        await eventually(() => append(door, 1_000 + turn));
        expect(await ids(door)).toEqual([...before, 1_000 + turn].sort((a, b) => a - b));
        await eventually(() => expect(ears.began).toBe(2));
        await tell('again');
        await eventually(() => expect(ears.heard).toEqual(['again']));
        await eventually(async () => (await door.postgres.hold(LOCK, 'test'))!.close());
      });

      it('is left for the new one at the first write that the old one cannot take, though the old one lives, and for ever', async () => {
        const door = doors[way];
        const ears = await listen(door);
        await portsOf(door, 5);
        const old = portOfPrimary();
        await pair.promote();
        // Nobody has told this gateway: the old primary answers whoever only reads.
        expect(await portOf(door)).toBe(old);
        await expect(append(door, -1)).rejects.toThrow();
        await eventually(() => append(door, turn));
        expect(await portsOf(door, 5)).toEqual(new Set([portOfPrimary()]));
        await eventually(() => expect(ears.began).toBe(2));
        await tell('new');
        await eventually(() => expect(ears.heard).toEqual(['new']));
        expect(await ids(door)).not.toContain(-1);
      });
    },
  );

  it('whose primary falls silent is found within seconds, and who waits for an answer of the silent one is told then', async () => {
    const { both: door } = doors;
    await listen(door);
    const started = performance.now();
    ways[pair.urls.indexOf(pair.url)]!.silence();
    const waiting = Array.from({ length: 5 }, () => door.postgres.query('SELECT 1')); // for more than a minute, if nobody says it
    const outcomes = Promise.allSettled(waiting);
    await pair.promote();
    expect((await outcomes).map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    await eventually(() => append(door, turn));
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('whose former primary comes back as it was is not written to again', async () => {
    const { moving: door } = doors;
    await portOf(door);
    await pair.promote();
    await expect(append(door, -1)).rejects.toThrow();
    await eventually(() => append(door, turn));
    const old = await connected(pair.standbyUrl);
    expect(
      await Primary.of(urls().moving)
        .admit(old)
        .catch((error: Error) => error),
    ).toMatchObject({
      code: '25006',
    });
    await old.end();
  });
});

async function write({ postgres, close }: OpenPostgres, sql: string): Promise<void> {
  await postgres.execute(sql);
  await close();
}

async function tellOn(url: string, payload: string): Promise<void> {
  const client = await connected(url);
  await client.query(`SELECT pg_notify('things', $1)`, [payload]);
  await client.end();
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

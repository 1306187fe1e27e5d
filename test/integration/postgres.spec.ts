import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Session } from '../../src/database/session.js';
import { eventually } from '../support/eventually.js';
import { TcpProxy } from '../support/databases/tcp-proxy.js';
import { createTestDatabase, openPostgres, type OpenPostgres, type TestDatabase } from '../support/databases/test-database.js';

const LOCK = 4_711;

describe('The door to PostgreSQL', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let url: string;
  let door: OpenPostgres;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new TcpProxy(new URL(database.url));
    url = await proxy.start();
    door = await openPostgres(url);
    await database.postgres.query('CREATE TABLE things (id int PRIMARY KEY)');
  });
  afterEach(() => proxy.restore());
  afterAll(async () => {
    await door.close();
    await proxy.stop();
    await database.drop();
  });

  const things = async () =>
    (await database.postgres.query<{ id: number }>('SELECT id FROM things ORDER BY id')).map(({ id }) => id);
  const kill = (application: string) =>
    database.postgres.execute(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()`,
      [application],
    );
  const works = () => eventually(() => door.postgres.query('SELECT 1'));

  describe('a statement', () => {
    const pid = async () => (await door.postgres.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]!.pid;

    it('gives its rows, or how many it has written', async () => {
      const { postgres } = door;
      expect(await postgres.query('INSERT INTO things VALUES (1), (2) RETURNING id')).toEqual([{ id: 1 }, { id: 2 }]);
      expect(await postgres.execute('UPDATE things SET id = id + 10')).toBe(2);
      expect(await postgres.query('DELETE FROM things WHERE id = $1 RETURNING id', [11])).toEqual([{ id: 11 }]);
      expect(await postgres.execute('DELETE FROM things')).toBe(1);
      expect(await postgres.execute('DELETE FROM things')).toBe(0);
    });

    it('that breaks a constraint keeps its connection', async () => {
      const before = await pid();
      await door.postgres.execute('INSERT INTO things VALUES (1)');
      await expect(door.postgres.execute('INSERT INTO things VALUES (1)')).rejects.toMatchObject({ code: '23505' });
      expect(await pid()).toBe(before);
      await door.postgres.execute('DELETE FROM things');
    });

    it.each(['query', 'prepared'] as const)(
      'without an answer fails in time, and its connection is not used again (%s)',
      async (way) => {
        const before = await pid();
        proxy.silence();
        const started = performance.now();
        const asked =
          way === 'query'
            ? door.postgres.query('SELECT 1', [], { timeoutMs: 300 })
            : door.postgres.prepared('one', 'SELECT 1', [], { timeoutMs: 300 });
        await expect(asked).rejects.toThrow('timeout');
        expect(performance.now() - started).toBeLessThan(3_000);
        proxy.restore();
        await works();
        expect(await pid()).not.toBe(before);
      },
    );
  });

  describe('a transaction', () => {
    it('is committed with all its statements', async () => {
      await door.postgres.transaction(async (tx) => {
        await tx.execute('INSERT INTO things VALUES (1)');
        await tx.execute('INSERT INTO things VALUES (2)');
        expect(await things()).toEqual([]);
      });
      expect(await things()).toEqual([1, 2]);
      await door.postgres.execute('DELETE FROM things');
    });

    it.each([
      ['its work fails', () => Promise.reject(new Error('no'))],
      ['a statement is refused', () => door.postgres.query('SELECT 1 / 0')],
    ])('leaves nothing behind when %s', async (_, fails) => {
      const failing = door.postgres.transaction(async (tx) => {
        await tx.execute('INSERT INTO things VALUES (1)');
        await fails();
      });
      await expect(failing).rejects.toThrow();
      expect(await things()).toEqual([]);
      expect(door.postgres.poolCounts.busy).toBe(0);
    });

    it('leaves nothing behind when its connection breaks', async () => {
      const failing = door.postgres.transaction(async (tx) => {
        await tx.execute('INSERT INTO things VALUES (1)');
        proxy.cut();
        await tx.execute('INSERT INTO things VALUES (2)');
      });
      await expect(failing).rejects.toThrow();
      proxy.restore();
      await works();
      expect(await things()).toEqual([]);
      expect(door.postgres.poolCounts.busy).toBe(0);
    });
  });

  describe('a lock that is held', () => {
    const hold = (by: OpenPostgres | TestDatabase) => by.postgres.hold(LOCK, 'test');
    const held = (by: OpenPostgres | TestDatabase) =>
      eventually(async () => {
        const session = await hold(by);
        if (!session) throw new Error('Somebody else holds it');
        return session;
      });
    const lossOf = ({ lost }: Session) => eventually(() => expect(lost.aborted).toBe(true));

    it('has one holder, until it is given back', async () => {
      const session = (await hold(door))!;
      expect(await hold(database)).toBeUndefined();
      session.close();
      (await held(database)).close();
      expect(session.lost.aborted).toBe(false);
    });

    it.each([
      ['is killed', () => kill('tallygate test')],
      ['is cut', () => Promise.resolve(proxy.cut())],
    ])('is lost when its connection %s: its holder is told and can send nothing more', async (_, breaks) => {
      const session = await held(door);
      await breaks();
      await lossOf(session);
      proxy.restore();
      await expect(session.query('SELECT 1')).rejects.toThrow('over');
      await expect(session.transaction((tx) => tx.execute('INSERT INTO things VALUES (1)'))).rejects.toThrow('over');
      (await held(database)).close();
      await works();
    });

    it('cannot be had while PostgreSQL is away, and can afterwards', async () => {
      proxy.cut();
      await expect(hold(door)).rejects.toThrow();
      proxy.restore();
      (await held(door)).close();
    });
  });

  describe('the connection that stays open', () => {
    let replica: OpenPostgres;
    let stops: (() => void)[] = [];
    let heard: string[];
    let listened: string[];
    beforeAll(async () => {
      replica = await openPostgres(url);
    });
    afterEach(() => stops.splice(0).forEach((stop) => stop()));
    afterAll(() => replica.close());

    /** Resolves when every channel is heard. */
    async function listen(...channels: string[]): Promise<void> {
      [heard, listened] = [[], []];
      stops = channels.map((channel) =>
        replica.postgres.listen(channel, {
          onNotification: (payload) => heard.push(`${channel}: ${payload}`),
          onListening: () => listened.push(channel),
        }),
      );
      await eventually(() => expect(listened.sort()).toEqual([...channels].sort()));
    }
    const tell = (channel: string, payload: string) => database.postgres.query('SELECT pg_notify($1, $2)', [channel, payload]);

    it('is one for all channels', async () => {
      await listen('one', 'other');
      await tell('one', 'first');
      await tell('other', 'second');
      await tell('nobody', 'third');
      await eventually(() => expect(heard).toEqual(['one: first', 'other: second']));
      const open = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'tallygate changes' AND datname = current_database()";
      expect(await database.postgres.query(open)).toHaveLength(1);
    });

    it.each([
      ['it is killed', () => kill('tallygate changes')],
      ['it is cut', () => Promise.resolve(proxy.cut())],
      ['nothing comes through it any more', () => Promise.resolve(proxy.silence())],
    ])('hears again after %s, and says so, since it may have missed something', async (_, breaks) => {
      await listen('one');
      listened = [];
      await breaks();
      await tell('one', 'lost');
      // One that is killed may be there again before anybody looks.
      await eventually(() => expect(replica.postgres.isListening && listened.length === 0).toBe(false));
      proxy.restore();
      await eventually(() => expect(listened).toEqual(['one']));
      await tell('one', 'found');
      await eventually(() => expect(heard).toContain('one: found'));
      expect(replica.postgres.isListening).toBe(true);
    });

    it('answers while every connection of the pool is busy, and refuses at once while it is lost', async () => {
      await listen('one');
      let end!: () => void;
      const ended = new Promise<void>((resolve) => (end = resolve));
      const busy = Array.from({ length: 10 }, () => replica.postgres.transaction(() => ended));
      await eventually(() => expect(replica.postgres.poolCounts.busy).toBe(10));
      expect(await replica.postgres.queryPastThePool('SELECT $1::int AS one', [1])).toEqual([{ one: 1 }]);
      end();
      await Promise.all(busy);
      proxy.cut();
      await eventually(() => expect(replica.postgres.isListening).toBe(false));
      await expect(replica.postgres.queryPastThePool('SELECT 1')).rejects.toThrow('Connection terminated');
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ServerChecksRepository } from '../../src/servers/checks/server-checks.repository.js';
import type { ServerHistoryDto } from '../../src/servers/checks/server-history.dto.js';
import { ServerChecks } from '../../src/servers/checks/server-checks.service.js';
import { eventually } from '../support/eventually.js';
import { ServersRest, type ShownServer } from '../support/gateway/servers-rest.js';
import { TestUpstream } from '../support/upstreams/test-upstream.js';

const HOUR_MS = 3_600_000;
const LAST_WORDS = 'cannot open /srv/index, password=hunter2';
const SETTINGS = {
  servers: { enabled_templates: ['everything', 'inside', 'broken'] },
  load_balancer: { health_check_interval: 0.1 },
  templates: {
    inside: {
      transport: 'http',
      url: '${config.url}',
      headers: { Authorization: 'Bearer ${config.token}' },
      config: { properties: { url: {}, token: { format: 'password' } } },
      allowed_networks: ['127.0.0.0/8'],
    },
    broken: {
      transport: 'stdio',
      command: 'node',
      args: ['-e', `console.error(${JSON.stringify(LAST_WORDS)}); process.exit(1)`],
    },
  },
};

describe('The checks of a server', () => {
  const upstream = new TestUpstream();
  let rest: ServersRest;
  let server: ShownServer;
  /** Of a server that is a program, which goes on being checked. */
  let programId: string;
  beforeAll(async () => {
    [rest] = await Promise.all([ServersRest.start(SETTINGS), upstream.start()]);
    server = await rest.register('inside', { url: upstream.url, token: upstream.apiKey });
  });
  afterAll(async () => {
    await rest.stop();
    await upstream.stop();
  });

  const checksOf = (app = rest.app) => app.get(ServerChecks, { strict: false });
  const history = async (id = server.id): Promise<ServerHistoryDto> => {
    await checksOf().flush();
    return (await rest.get(`/servers/${id}/health`).expect(200)).body as ServerHistoryDto;
  };
  /** Of those in which it was checked: two, where a half hour ends meanwhile. */
  const summed = ({ half_hours: all }: ServerHistoryDto) => {
    const checked = all.filter(({ state }) => state !== null);
    const sum = (of: 'checks' | 'failed') => checked.reduce((so_far, one) => so_far + one[of], 0);
    return { states: checked.map(({ state }) => state), checks: sum('checks'), failed: sum('failed'), last: checked.at(-1) };
  };
  const stored = <Row>(sql: string, values: unknown[] = []): Promise<Row[]> => rest.database.dataSource.query(sql, values);

  it('are counted by half hour, and where nobody checked it there is a gap', async () => {
    await eventually(async () => expect(summed(await history()).checks).toBeGreaterThan(2));
    const shown = await history();
    const { half_hours: halfHours, now, last_error } = shown;
    expect(halfHours).toHaveLength(48);
    expect(halfHours[0]).toEqual({ from: expect.any(String), state: null, checks: 0, failed: 0, latency_ms: null });
    const times = halfHours.map(({ from }) => new Date(from).getTime());
    expect(times.every((time, at) => time % (HOUR_MS / 2) === 0 && (at === 0 || time - times[at - 1]! === HOUR_MS / 2))).toBe(
      true,
    );
    expect(Date.now() - times.at(-1)!).toBeLessThan(HOUR_MS / 2 + 60_000);
    expect(summed(shown)).toMatchObject({ failed: 0, last: { state: 'ok', latency_ms: expect.any(Number) } });
    expect([now.status, last_error]).toEqual(['healthy', null]);
    expect(new Date(now.since!).getTime()).toBeLessThanOrEqual(new Date(now.checked_at!).getTime());
  });

  it('are in the list of servers for all of them at once, when they are asked for', async () => {
    programId = (await rest.register('everything')).id;
    await eventually(async () => expect(summed(await history(programId)).last).toMatchObject({ state: 'ok' }));
    const { body } = await rest.get('/servers?include_history=true').expect(200);
    const listed = body as { id: string; history: ServerHistoryDto['half_hours'] }[];
    expect(listed.map(({ id }) => id)).toEqual([server.id, programId]);
    for (const one of listed) {
      expect(one.history).toHaveLength(48);
      expect(one.history.some(({ checks }) => checks > 0)).toBe(true);
    }
    expect((await rest.get('/servers').expect(200)).body[0]).not.toHaveProperty('history');
  });

  it('that fail make their half hour one in which it was down, also when it works again', async () => {
    const before = (await history()).now.since;
    await upstream.stop();
    await eventually(async () => expect(summed(await history()).last).toMatchObject({ state: 'down' }));
    const down = await history();
    expect(summed(down).failed).toBeGreaterThan(2);
    expect(summed(down).failed).toBeLessThan(summed(down).checks);
    expect(down.now.status).toBe('unhealthy');
    expect(down.last_error).toEqual({ at: expect.any(String), error: expect.stringContaining('refused the connection') });
    await upstream.start();
    await eventually(async () => expect((await history()).now.status).toBe('healthy'), 20_000);
    const again = await history();
    expect(summed(again).states).toContain('down');
    expect(again.now.since! > before!).toBe(true);
    expect(again.last_error).toMatchObject({ error: expect.stringContaining('refused the connection') });
  });

  it('say why they failed in the words of the program to those who may configure it, and no secret', async () => {
    const { id } = await rest.register('broken');
    await eventually(async () => expect((await history(id)).last_error).not.toBeNull());
    expect((await history(id)).last_error!.error).toMatch(/cannot open \/srv\/index, password=…/);
    const key = await rest.keyWith('gateway:read');
    const { body } = await rest.http().get(`/servers/${id}/health`).set('X-API-Key', key).expect(200);
    expect((body as ServerHistoryDto).last_error!.error).not.toContain('/srv/index');
    const [row] = await stored<{ row: string }>('SELECT s::text AS row FROM mcp.server_checks s WHERE server_id = $1', [id]);
    expect(row!.row).not.toContain('hunter2');
    await rest.delete(`/servers/${id}`).expect(204);
  });

  it('of all replicas are added up', async () => {
    const another = await rest.startAnother();
    await eventually(async () => {
      await checksOf(another).flush();
      const { half_hours: halfHours } = await history();
      const rows = await stored<{ checks: number; processes: number }>(
        'SELECT sum(checks)::int AS checks, count(DISTINCT process)::int AS processes FROM mcp.server_checks WHERE server_id = $1',
        [server.id],
      );
      const shown = halfHours.reduce((sum, { checks }) => sum + checks, 0);
      expect(rows).toEqual([{ checks: shown, processes: 2 }]);
    });
  });

  it('are kept while they cannot be written, and never counted twice', async () => {
    await rest.patch(`/servers/${server.id}`, { enabled: false }).expect(200);
    const before = summed(await history()).checks;
    await stored('ALTER TABLE mcp.server_checks RENAME TO server_checks_away');
    await rest.patch(`/servers/${server.id}`, { enabled: true }).expect(200);
    await eventually(async () => {
      await expect(checksOf().flush()).rejects.toThrow('server_checks');
      expect((await rest.get('/servers?include_health=true')).body[0].health.status).toBe('healthy');
    });
    await rest.patch(`/servers/${server.id}`, { enabled: false }).expect(200);
    await stored('ALTER TABLE mcp.server_checks_away RENAME TO server_checks');
    const after = summed(await history()).checks;
    expect(after).toBeGreaterThan(before);
    expect(summed(await history()).checks).toBe(after);
  });

  it('count once, however often they are written, and whatever comes last', async () => {
    const repository = rest.app.get(ServerChecksRepository, { strict: false });
    const [process, halfHour] = [randomUUID(), Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 5 * HOUR_MS];
    const count = { serverId: server.id, halfHour, checks: 5, failed: 1, latencyMs: 8, state: 'degraded' as const };
    const later = { ...count, checks: 7, latencyMs: 12, failure: { at: halfHour + 1, error: 'It ended.' } };
    for (const written of [count, count, later, count]) await repository.write(process, [written]);
    await repository.write(randomUUID(), [{ ...count, state: 'ok', failed: 0, latencyMs: 10 }]);
    const found = (await history()).half_hours.find(({ from }) => new Date(from).getTime() === halfHour);
    expect(found).toMatchObject({ state: 'degraded', checks: 12, failed: 1, latency_ms: 2 });
    await repository.write(process, [{ ...count, serverId: randomUUID() }]);
    await stored('DELETE FROM mcp.server_checks WHERE half_hour = $1', [new Date(halfHour)]);
  });

  it('are not made of a server that is switched off', async () => {
    const before = summed(await history()).checks;
    const others = summed(await history(programId)).checks;
    await eventually(async () => expect(summed(await history(programId)).checks).toBeGreaterThan(others + 3));
    await rest.post(`/servers/${server.id}/check`).expect(200);
    expect(summed(await history()).checks).toBe(before);
  });

  it('are kept for two days', async () => {
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString();
    for (const hours of [49, 47])
      await stored(
        `INSERT INTO mcp.server_checks (server_id, half_hour, process, checks, failed, latency_ms, state)
         VALUES ($1, $2, gen_random_uuid(), 1, 0, 1, 'ok')`,
        [server.id, hoursAgo(hours)],
      );
    await checksOf().sweep();
    const rows = await stored<{ hours: number }>(
      `SELECT round(extract(epoch FROM now() - half_hour) / 3600)::int AS hours FROM mcp.server_checks
       WHERE half_hour < now() - interval '40 hours'`,
    );
    expect(rows).toEqual([{ hours: 47 }]);
  });

  it('go with the server', async () => {
    await rest.delete(`/servers/${server.id}`).expect(204);
    await checksOf().flush();
    expect(await stored('SELECT 1 FROM mcp.server_checks WHERE server_id = $1', [server.id])).toEqual([]);
    await rest.get(`/servers/${server.id}/health`).expect(404);
  });
});

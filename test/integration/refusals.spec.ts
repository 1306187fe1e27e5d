import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RefusalCounts } from '../../src/usage/recording/refusal-counts.service.js';
import { RefusalsRepository } from '../../src/usage/recording/refusals.repository.js';
import { HOUR_MS } from '../../src/common/utc-day.js';
import { Refusals, type RefusalReason } from '../../src/telemetry/refusals.js';
import { createTestDatabase, type TestDatabase } from '../support/databases/test-database.js';
import { testConfig } from '../support/gateway/test-config.js';
import { TestClock } from '../support/test-clock.js';

/** How a statement of PostgreSQL ends. */
type Fate = 'well' | 'away' | 'answer lost';

describe('What was refused', () => {
  const clock = new TestClock();
  let database: TestDatabase;
  let fate: Fate;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(async () => {
    fate = 'well';
    clock.advance(HOUR_MS);
    await database.dataSource.query('DELETE FROM mcp.refusals_hourly');
  });
  afterAll(() => database.drop());

  class Fateful extends RefusalsRepository {
    override async keep(...given: Parameters<RefusalsRepository['keep']>): Promise<void> {
      if (fate === 'away') throw new Error('away');
      await super.keep(...given);
      if (fate === 'answer lost') throw new Error('answer lost');
    }
  }

  const replica = () => {
    const refusals = new Refusals(clock);
    const counts = new RefusalCounts(refusals, new Fateful(database.postgres), testConfig());
    const refuse = (reason: RefusalReason, times = 1) => Array.from({ length: times }, () => refusals.count(reason));
    return { refuse, counts };
  };
  const ever = (counts: RefusalCounts) => counts.byReason({ from: 0, to: clock.now() + 1 });

  it('by all replicas adds up, also by one that was started again, most first', async () => {
    const replicas = [replica(), replica(), replica()];
    replicas.forEach(({ refuse }, n) => refuse('credits', n + 1));
    replicas[0]!.refuse('unknown_key', 9);
    await Promise.all(replicas.map(({ counts }) => counts.write()));
    replicas[1]!.refuse('credits', 10);
    await replicas[1]!.counts.close();
    expect(await ever(replicas[0]!.counts)).toEqual([
      { reason: 'credits', refused: 16 },
      { reason: 'unknown_key', refused: 9 },
    ]);
  });

  it.each(['away', 'answer lost'] as const)('is counted once when it could not be written at first: %s', async (how) => {
    const { refuse, counts } = replica();
    refuse('rate_limit', 2);
    fate = how;
    await expect(counts.write()).rejects.toThrow(how);
    refuse('rate_limit');
    fate = 'well';
    await counts.write();
    await counts.write();
    expect(await ever(counts)).toEqual([{ reason: 'rate_limit', refused: 3 }]);
  });

  it('does not keep a gateway from stopping', async () => {
    const { refuse, counts } = replica();
    refuse('no_key');
    fate = 'away';
    await counts.close();
    expect(await ever(counts)).toEqual([]);
  });

  it('is had for the hours that a time touches', async () => {
    const { refuse, counts } = replica();
    refuse('no_key');
    clock.advance(HOUR_MS);
    refuse('credits');
    await counts.write();
    const now = clock.now();
    const reasons = async (from: number, to: number) => (await counts.byReason({ from, to })).map(({ reason }) => reason);
    expect(await reasons(now, now + 1)).toEqual(['credits']);
    expect(await reasons(now - HOUR_MS, now + 1)).toEqual(['credits', 'no_key']);
    expect(await reasons(0, now - HOUR_MS + 1)).toEqual(['no_key']);
  });

  it('is forgotten after so many months', async () => {
    const { counts } = replica();
    const repository = new RefusalsRepository(database.postgres);
    const months = [1, 3].map((count) => ({
      hour: Date.now() - count * 31 * 24 * HOUR_MS,
      reason: 'credits' as const,
      refused: count,
    }));
    await repository.keep('00000000-0000-4000-8000-000000000000', months);
    await repository.forgetOld(2);
    expect(await counts.byReason({ from: 0, to: Date.now() })).toEqual([{ reason: 'credits', refused: 1 }]);
  });
});

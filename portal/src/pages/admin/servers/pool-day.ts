import { api, type Schemas } from '../../../app/api';

const DAY_MS = 86_400_000;

/** Everybody's calls of the last 24 hours by source of tools, of which a pool of servers is one. */
export const lastDayByPool = (): Promise<Schemas['UsageSeriesDto']> =>
  api.get('/api/admin/usage/timeseries', {
    query: { from: new Date(Date.now() - DAY_MS).toISOString(), bucket: 'hour', group_by: 'service' },
  });

/** A pool's sums. Undefined where it had no calls, or too few to be told apart from the others. */
export const dayOf = (day: Schemas['UsageSeriesDto'] | undefined, pool: string): Schemas['SeriesSumsDto'] | undefined =>
  day?.series.find(({ key }) => key === pool)?.total;

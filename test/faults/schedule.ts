/** What a fault keeps occupied: two faults never have the same part in hand at once, faults of different parts may meet. */
type Part = 'gateway' | 'postgres' | 'clickhouse' | 'connections' | 'newcomers';

export interface KindOfFault {
  part: Part;
  /** Shortest and longest time until the part is let go, ms. */
  lastsMs: readonly [number, number];
  /** A disk of the part's own, which only root can mount; or a PostgreSQL with a standby. */
  needs?: 'postgres disk' | 'clickhouse disk' | 'standby';
}

/** Every fault the harness knows; what each does is in `faults.ts`. */
export const FAULTS = {
  'gateway killed': { part: 'gateway', lastsMs: [0, 2_000] },
  'gateway killed while it starts': { part: 'gateway', lastsMs: [4_000, 12_000] },
  'two gateways killed while they start on empty databases': { part: 'newcomers', lastsMs: [2_000, 8_000] },
  'gateway restarted': { part: 'gateway', lastsMs: [0, 0] },
  'gateway paused': { part: 'gateway', lastsMs: [300, 12_000] },
  'gateway paused and robbed of its locks': { part: 'gateway', lastsMs: [1_000, 8_000] },
  'gateway cut off from PostgreSQL': { part: 'gateway', lastsMs: [100, 5_000] },
  'gateway unheard by PostgreSQL': { part: 'gateway', lastsMs: [500, 6_000] },
  'gateway clock stepped': { part: 'gateway', lastsMs: [2_000, 20_000] },
  'notifications lost': { part: 'connections', lastsMs: [0, 0] },
  'two deliverers': { part: 'clickhouse', lastsMs: [2_000, 4_000] },
  'PostgreSQL killed': { part: 'postgres', lastsMs: [0, 3_000] },
  'PostgreSQL stopped at once': { part: 'postgres', lastsMs: [0, 3_000] },
  'PostgreSQL failed over': { part: 'postgres', lastsMs: [0, 3_000], needs: 'standby' },
  'PostgreSQL promoted beside its primary': { part: 'postgres', lastsMs: [0, 6_000], needs: 'standby' },
  'PostgreSQL disk full': { part: 'postgres', lastsMs: [1_000, 6_000], needs: 'postgres disk' },
  'ClickHouse refuses': { part: 'clickhouse', lastsMs: [500, 5_000] },
  'ClickHouse hangs': { part: 'clickhouse', lastsMs: [500, 5_000] },
  'ClickHouse answers 500': { part: 'clickhouse', lastsMs: [500, 5_000] },
  'ClickHouse has too many parts': { part: 'clickhouse', lastsMs: [500, 5_000] },
  'ClickHouse times out after commit': { part: 'clickhouse', lastsMs: [500, 5_000] },
  'ClickHouse killed': { part: 'clickhouse', lastsMs: [0, 3_000] },
  'ClickHouse away beyond its deduplication': { part: 'clickhouse', lastsMs: [3_000, 15_000] },
  'ClickHouse disk full': { part: 'clickhouse', lastsMs: [1_000, 6_000], needs: 'clickhouse disk' },
  'ClickHouse disk full, and killed': { part: 'clickhouse', lastsMs: [1_000, 6_000], needs: 'clickhouse disk' },
  'ClickHouse restored from an old copy': { part: 'clickhouse', lastsMs: [3_000, 20_000] },
  'ClickHouse part detached': { part: 'clickhouse', lastsMs: [0, 0] },
} as const satisfies Record<string, KindOfFault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** From the end of a fault to the next one of the same part, so that it finds the part at work again. */
const RECOVERY_MS = 2_500;

export interface PlannedFault {
  /** Since the beginning of the run. */
  atMs: number;
  name: FaultName;
  lastsMs: number;
  /** The gateway it hits, or begins at. */
  gateway: number;
  /** A number of the fault's own, from 0 to 1. */
  dice: number;
}

export interface ScheduleOptions {
  seed: number;
  durationMs: number;
  gateways: number;
  names?: readonly FaultName[];
  /** Mean pause between the beginnings of two faults. */
  pauseMs: number;
}

/** The same options give the same faults at the same moments. In each round every kind comes once, in another order. */
export function scheduleOf({ seed, durationMs, gateways, names = FAULT_NAMES, pauseMs }: ScheduleOptions): PlannedFault[] {
  const random = randomNumbers(seed);
  const faults: PlannedFault[] = [];
  const freeAt = new Map<string, number>();
  let round: FaultName[] = [];
  for (let atMs = pauseMs; atMs < durationMs; atMs += pauseMs * (0.25 + 1.5 * random())) {
    if (round.length === 0) round = shuffled(names, random);
    const name = round.pop()!;
    const gateway = Math.floor(random() * gateways);
    const { part, lastsMs: range } = FAULTS[name];
    const lastsMs = Math.round(range[0] + random() * (range[1] - range[0]));
    const place = part === 'gateway' ? `gateway ${gateway}` : part;
    const start = Math.round(Math.max(atMs, freeAt.get(place) ?? 0));
    freeAt.set(place, start + lastsMs + RECOVERY_MS);
    faults.push({ atMs: start, name, lastsMs, gateway, dice: random() });
  }
  return faults.filter((fault) => fault.atMs < durationMs).sort((a, b) => a.atMs - b.atMs);
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const places = items.map((item) => ({ item, place: random() }));
  return places.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

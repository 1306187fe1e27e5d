import type { Schemas } from '../../app/api';
import type { MeasureId } from './measures';

type Series = Pick<Schemas['SeriesDto'], 'key' | 'total'>;
type Answer = { series: readonly Series[]; others_count: number };
const OTHERS = 'others';

/** What one series came to in the time before. */
export interface Compared {
  /** Null: not known, or, of a time that calls took, that there were none. */
  before: number | null;
  now: number | null;
}

/** Latency is compared by what 95 of 100 calls took at most. */
const valueOf = ({ total }: Series, measure: MeasureId): number | null => (measure === 'latency' ? total.p95_ms : total[measure]);

/**
 * A series beside itself in the time before. One that is not among those of that time was nothing, unless it may be one of the others
 * there; the others of two times are not the same.
 */
export function compared(series: Series, earlier: Answer, measure: MeasureId): Compared {
  const now = valueOf(series, measure);
  const isOthers = (key: string, { others_count }: Answer) => key === OTHERS && others_count > 0;
  const before = earlier.series.find(({ key }) => key === series.key && !isOthers(key, earlier));
  if (before) return { now, before: valueOf(before, measure) };
  const isNothing = earlier.others_count === 0 && series.key !== OTHERS && measure !== 'latency';
  return { now, before: isNothing ? 0 : null };
}

const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });

/** How much more or less it is than before: in per cent, or that it is new. */
export function changeWords({ before, now }: Compared): string {
  if (before === null || now === null) return '–';
  if (before === 0) return now === 0 ? percent.format(0) : 'new';
  return percent.format((now - before) / before);
}

/**
 * How long calls took, as a histogram: a map from a bucket to its number of calls. Each bucket is 10 % wide, so a percentile that is
 * read from the middle of one is within 5 %, and histograms of hours, tools or users add up to that of all (`sumMap`), which
 * percentiles do not.
 */
const WIDTH = 1.1;
/** What takes less counts as this much. */
const LEAST_MS = 0.001;

/** SQL of the bucket of a duration. @param ms SQL, milliseconds */
const bucketOf = (ms: string): string => `toInt16(floor(log(greatest(${ms}, ${LEAST_MS})) / log(${WIDTH})))`;

/** SQL of the histogram of a group's calls; each row is one. */
export const histogramOf = (ms: string): string => `CAST(sumMap(map(${bucketOf(ms)}, toUInt32(1))), 'Map(Int16, UInt32)')`;

/** SQL of the number of calls in a histogram. */
const callsIn = (histogram: string): string => `arraySum(mapValues(${histogram}))`;

/** SQL of whether the latency of all these calls is known: an earlier release counted calls without it. @param calls SQL, their number */
export const isKnown = (histogram: string, calls: string): string => `${callsIn(histogram)} = ${calls}`;

/** SQL of `percentileOf`, null where not all latencies are known. @param calls SQL, the number of calls, at least one */
export const knownPercentile = (histogram: string, calls: string, share: number): string =>
  `if(${isKnown(histogram, calls)}, ${percentileOf(histogram, share)}, NULL)`;

/**
 * SQL of the duration in milliseconds that a share of the calls did not exceed (nearest rank). The keys of what `sumMap` gives are in
 * order. @param histogram SQL; not empty @param share e.g. 0.95
 */
const percentileOf = (histogram: string, share: number): string => {
  const rank = `greatest(1, ceil(${share} * ${callsIn(histogram)}))`;
  const place = `arrayFirstIndex(calls -> calls >= ${rank}, arrayCumSum(mapValues(${histogram})))`;
  return `round(pow(${WIDTH}, mapKeys(${histogram})[${place}] + 0.5), 4)`;
};

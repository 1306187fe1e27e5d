import type { Schemas } from '../../../app/api';
import { duration, plural } from '../../../app/words';
import { STATE_WORDS } from '../../../charts/states';

type History = readonly Schemas['HalfHourDto'][];

/** How a server was in the last day, for who does not see its cells. */
export function historyWords(history: History): string {
  const timesOf = (wanted: string | null) => history.filter(({ state }) => state === wanted).length;
  const states = Object.entries(STATE_WORDS).flatMap(([state, words]) =>
    timesOf(state) > 0 ? [`${words} in ${timesOf(state)}`] : [],
  );
  const unknown = timesOf(null);
  const all = [...states, ...(unknown > 0 ? [`not checked in ${unknown}`] : [])];
  return `Of the last ${plural(history.length, 'half hour')}: ${all.join(', ')}`;
}

/** How fast it answered in the last day, for who does not see the line. */
export function latencyWords(history: History): string {
  const known = history.flatMap(({ latency_ms: ms }) => ms ?? []);
  if (known.length === 0) return 'It has not answered in the last 24 hours';
  return `In the last 24 hours it answered in ${duration(Math.min(...known))} to ${duration(Math.max(...known))}`;
}

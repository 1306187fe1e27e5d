import type { StrategyName } from '../templates/server-template.js';

/** A server that can take the call, as a strategy sees it. */
export interface Candidate {
  readonly id: string;
  /** Share of calls under `weighted`, at least 1. */
  readonly weight: number;
  /** Calls in flight. */
  readonly active: number;
  readonly isHealthy: boolean;
  /** Moving average of the time it takes to answer, milliseconds; 0 when it has not answered yet. */
  readonly latencyMs: number;
}

/** Picks one of the candidates, of which there is at least one. It may remember what it picked before. */
export type Strategy = <T extends Candidate>(candidates: readonly T[]) => T;

/** @param random gives numbers from 0 to below 1. */
export function makeStrategy(name: StrategyName, random: () => number = Math.random): Strategy {
  if (name === 'round_robin') return roundRobin();
  if (name === 'weighted') return smoothWeighted();
  if (name === 'least_connections') return byLowest(({ active }) => active);
  if (name === 'health_based') return byLowest(expectedWait);
  return (candidates) => candidates[Math.floor(random() * candidates.length)]!;
}

/** The next one behind the last, in the order of their ids, so that a server that leaves or returns disturbs nobody's turn. */
function roundRobin(): Strategy {
  let last = '';
  return (candidates) => {
    const sorted = [...candidates].sort(byId);
    const next = sorted.find(({ id }) => id > last) ?? sorted[0]!;
    last = next.id;
    return next;
  };
}

/** Nginx's smooth weighted round robin: weights of 5, 1 and 1 give a a b a c a a, not five calls in a row. */
function smoothWeighted(): Strategy {
  let credit = new Map<string, number>();
  return (candidates) => {
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
    credit = new Map(candidates.map(({ id, weight }) => [id, (credit.get(id) ?? 0) + weight]));
    const richest = candidates.reduce((best, one) => (credit.get(one.id)! > credit.get(best.id)! ? one : best));
    credit.set(richest.id, credit.get(richest.id)! - total);
    return richest;
  };
}

/** The one with the lowest cost; equals take turns, else the first of several idle ones would do all the work. */
function byLowest(cost: (candidate: Candidate) => number): Strategy {
  const turn = roundRobin();
  return (candidates) => {
    const lowest = Math.min(...candidates.map(cost));
    return turn(candidates.filter((candidate) => cost(candidate) === lowest));
  };
}

/** A degraded server gets a call only when healthy ones are this many times slower. */
const DEGRADED_FACTOR = 10;
/** Differences below this are noise and must not keep equals from taking turns. */
const LATENCY_STEP_MS = 25;

/** How long a further call would wait, in steps. */
function expectedWait({ isHealthy, latencyMs, active }: Candidate): number {
  return Math.ceil((latencyMs + 1) / LATENCY_STEP_MS) * (active + 1) * (isHealthy ? 1 : DEGRADED_FACTOR);
}

const byId = (a: Candidate, b: Candidate): number => (a.id < b.id ? -1 : 1);

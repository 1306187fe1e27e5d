import type { Strategy as StrategyName } from '../templates/template.js';

/** An instance that can serve, as a strategy sees it. */
export interface Candidate {
  id: string;
  /** Share of calls under `weighted`, at least 1. */
  weight: number;
  /** Calls in flight. */
  active: number;
  isHealthy: boolean;
  /** Moving average of its answers, milliseconds; 0 when it has not answered yet. */
  latencyMs: number;
}

/** Chooses one of at least one candidate, in a fixed order. It may remember what it chose before. */
export type Strategy = <T extends Candidate>(candidates: readonly T[]) => T;

/** @param random gives numbers from 0 to below 1. */
export function makeStrategy(name: StrategyName, random: () => number = Math.random): Strategy {
  if (name === 'round_robin') return roundRobin();
  if (name === 'weighted') return smoothWeighted();
  if (name === 'least_connections') return byLowest(({ active }) => active);
  if (name === 'health_based') return byLowest(expectedWait);
  return (candidates) => candidates[Math.floor(random() * candidates.length)]!;
}

/** Goes on after the one chosen last, so that an instance that leaves or returns disturbs nobody's turn. */
function roundRobin(): Strategy {
  let last = '';
  return (candidates) => {
    const sorted = [...candidates].sort(byId);
    const chosen = sorted.find(({ id }) => id > last) ?? sorted[0]!;
    last = chosen.id;
    return chosen;
  };
}

/** Nginx's smooth weighted round robin: 5, 1, 1 gives a a b a c a a, not five calls in a row. */
function smoothWeighted(): Strategy {
  let credit = new Map<string, number>();
  return (candidates) => {
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
    credit = new Map(candidates.map(({ id, weight }) => [id, (credit.get(id) ?? 0) + weight]));
    const chosen = candidates.reduce((best, one) => (credit.get(one.id)! > credit.get(best.id)! ? one : best));
    credit.set(chosen.id, credit.get(chosen.id)! - total);
    return chosen;
  };
}

/** The one with the lowest cost; equals take turns, else the first of an idle pool would do all the work. */
function byLowest(cost: (candidate: Candidate) => number): Strategy {
  const turn = roundRobin();
  return (candidates) => {
    const lowest = Math.min(...candidates.map(cost));
    return turn(candidates.filter((candidate) => cost(candidate) === lowest));
  };
}

/** A degraded instance is worth a try only when healthy ones are this much slower. */
const DEGRADED_FACTOR = 10;
/** Differences below this are noise and must not keep equals from taking turns. */
const LATENCY_STEP_MS = 25;

/** How long a further call would wait, in steps. */
function expectedWait({ isHealthy, latencyMs, active }: Candidate): number {
  return Math.ceil((latencyMs + 1) / LATENCY_STEP_MS) * (active + 1) * (isHealthy ? 1 : DEGRADED_FACTOR);
}

const byId = (a: Candidate, b: Candidate): number => (a.id < b.id ? -1 : 1);

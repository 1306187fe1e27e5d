import type { Schemas } from '../../../app/api';

/** How much of what a server offers waits for approval, of all kinds. */
export const waitingOf = ({ health }: Schemas['ServerDto']): number =>
  Object.values(health?.waiting_for_approval ?? {}).reduce((sum: number, number) => sum + (number ?? 0), 0);

const STORED = 'tallygate-client';

/** The client that was last looked at, in this browser; empty before. */
export const chosenClient = (): string => localStorage.getItem(STORED) ?? '';
export const chooseClient = (id: string): void => localStorage.setItem(STORED, id);

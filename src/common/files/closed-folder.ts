import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';

/** Others put files into such a folder too, so it is not ours to close: `/tmp`. */
const STICKY = 0o1000;
const OTHERS = 0o007;
const MODE = 0o7777;

/**
 * Closes a folder, which it makes where there is none, to everybody but its owner, also one that was open before.
 * @param through A group whose accounts may pass through, without seeing what is in it. Unset: none.
 * @returns Why others can still look into it, a sentence for people: where a volume has another owner, or no modes. Undefined
 *   when they cannot.
 */
export function closeFolder(folder: string, through?: number): string | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode } = statSync(folder);
  if (mode & STICKY) return `${folder} is a folder for everybody, so others may see what is kept in it.`;
  try {
    setMode(folder, through);
  } catch (error) {
    if (statSync(folder).mode & OTHERS) return `${folder} stays open to others: ${(error as Error).message}`;
  }
  return undefined;
}

function setMode(folder: string, through: number | undefined): void {
  const { mode, uid, gid } = statSync(folder);
  const wanted = through === undefined ? 0o700 : 0o710;
  if (through !== undefined && gid !== through) chownSync(folder, uid, through);
  if ((mode & MODE) !== wanted) chmodSync(folder, wanted);
}

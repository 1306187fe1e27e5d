import { Presets, SingleBar } from 'cli-progress';
import type { WriteStream } from 'node:tty';

export interface ProgressBar {
  /** Share of the work that is done, 0 to 1. */
  update: (share: number) => void;
  stop: () => void;
}

/** A bar on a terminal; nothing anywhere else, so that logs and pipes stay clean. */
export function progressBar(stream: WriteStream): ProgressBar {
  if (!stream.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar(
    { stream, format: '{bar} {percentage} %  {eta_formatted}', clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(100, 0);
  return { update: (share) => bar.update(Math.floor(share * 100)), stop: () => bar.stop() };
}

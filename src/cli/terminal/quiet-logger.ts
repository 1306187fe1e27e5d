import type { AppConfig } from '../../config/app-config.js';
import { TallygateLogger } from '../../telemetry/logger.js';

const STDERR = 2;

/** A logger for commands that open engines themselves: warnings and errors on stderr, so that stdout has only the answer. */
export function quietLogger({ values: { log } }: AppConfig): TallygateLogger {
  return new TallygateLogger({ values: { log: { ...log, level: 'warn' } } }, STDERR);
}

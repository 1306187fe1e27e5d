import type { Origin } from '../environment.js';

/** A setting of `gateway.yaml`. */
export interface Setting {
  /** `log.level` */
  name: string;
  /** Null where it is unset unless it is given. */
  default: unknown;
  description: string;
}

/** A setting as it may be shown: what is secret in its value is masked. */
export interface ShownSetting extends Setting, Origin {
  /** Null where it is unset. */
  value: unknown;
}

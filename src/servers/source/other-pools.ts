import { loggerFor } from '../../common/log-contexts.js';
import type { ServerTemplate } from '../templates/server-template.js';
import { publicToolName } from '../registry/tool-name.js';

/** What a pool has to know of the others, so that none takes what is another's. */
export interface OtherPools {
  /** The names of all pools, its own too. */
  pools: ReadonlySet<string>;
  /** Addresses of pages (MCP Apps) of those before it; of all, when each has been told what its servers offer. */
  pagesTaken: ReadonlySet<string>;
}

export const NO_OTHERS: OtherPools = { pools: new Set(), pagesTaken: new Set() };

/** The pool whose name a name or an address begins with, as those of its tools do. */
export function poolIn(name: string, pools: ReadonlySet<string>): string | undefined {
  const pool = name.slice(0, Math.max(0, name.indexOf('__')));
  return pools.has(pool) ? pool : undefined;
}

/** What the tools and prompts of a pool are called, so that none of them is called as those of another pool are. */
export class PublicNames {
  private readonly logger = loggerFor('Servers');
  /** Those, by what they are and their public names, of which the log has told. */
  private readonly leftOut = new Set<string>();

  constructor(private readonly pool: string) {}

  /**
   * Undefined for what, without a prefix of its own, would be called as those of another pool are, whether that offers one of the name
   * or not: callers, and allow-lists of keys, mean the other pool by it.
   */
  of(
    what: 'tool' | 'prompt',
    name: string,
    { prefix }: Pick<ServerTemplate, 'prefix'>,
    pools: ReadonlySet<string>,
  ): string | undefined {
    const called = publicToolName(this.pool, name, prefix !== 'none');
    const other = prefix === 'none' ? poolIn(called, pools) : undefined;
    if (other === undefined || other === this.pool) return called;
    if (!this.leftOut.has(`${what} ${called}`))
      this.logger.warn(`The ${what} "${name}" of ${this.pool} is left out: it is called as those of ${other}`);
    this.leftOut.add(`${what} ${called}`);
    return undefined;
  }
}

import { Injectable } from '@nestjs/common';
import { ToolInputError } from '../../tools/source/tool-source.js';
import { DailyBarsRepository } from './daily-bars.repository.js';
import { DAILY_BARS } from '../datasets/daily-bars.dataset.js';
import type { DayRange } from './day-range.js';
import type { DailyClose } from './returns.js';
import { SymbolLookup } from './symbol-lookup.service.js';

/** About 160 years of trading; bounds the computation of one call. */
const CLOSES_MAX = 40_000;

/** The series that returns and statistics are computed from. */
@Injectable()
export class DailyCloses {
  constructor(
    private readonly bars: DailyBarsRepository,
    private readonly lookup: SymbolLookup,
  ) {}

  /**
   * The adjusted closes of a range, oldest first; may be empty.
   * @throws ToolInputError for an unknown symbol or a range of too many bars
   */
  async of(symbol: string, range: DayRange, signal: AbortSignal): Promise<{ closes: DailyClose[]; is_synthetic: boolean }> {
    const closes = await this.bars.closes(symbol, range, CLOSES_MAX + 1, signal);
    const { is_synthetic } = closes[0] ?? (await this.lookup.require(DAILY_BARS, symbol, signal));
    if (closes.length <= CLOSES_MAX) return { closes, is_synthetic };
    throw new ToolInputError(`The range has more than ${CLOSES_MAX} bars. Choose a shorter one.`);
  }

  /** The last adjusted close before a day; undefined when there is none. */
  before(symbol: string, date: string, signal: AbortSignal): Promise<number | undefined> {
    return this.bars.closeBefore(symbol, date, signal);
  }
}

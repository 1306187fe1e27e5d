import { describe, expect, it } from '@jest/globals';
import type { ImportReport } from '../../stock-data/import/import-report.js';
import { importReportText } from './import-report-text.js';

const report: ImportReport = {
  dataset: 'daily_bars',
  status: 'imported',
  rows: 3,
  accepted: 3,
  duplicates: 0,
  rejected_total: 0,
  rejected: [],
  ignored_columns: [],
};

describe('importReportText', () => {
  it('says what was imported, replaced and left out', () => {
    const text = importReportText({ ...report, duplicates: 1, ignored_columns: ['Dividend'] });
    expect(text).toBe(
      'daily_bars: 3 rows imported\n  1 rows were replaced by a later row of the same key\n  unused columns: Dividend',
    );
  });

  it('says that nothing changed', () => {
    expect(importReportText({ ...report, status: 'unchanged' })).toBe('daily_bars: nothing to do, this file is already imported');
  });

  it('names rejected lines, the first twenty of them', () => {
    const rejected = Array.from({ length: 25 }, (_, index) => ({ line: index + 2, reason: 'bad' }));
    const lines = importReportText({ ...report, status: 'rejected', rejected, rejected_total: 40 }).split('\n');
    expect(lines[0]).toBe('daily_bars: nothing imported, 40 of 3 rows rejected (--skip-rejected imports the others)');
    expect([lines[1], lines.length, lines.at(-1)]).toEqual(['  line 2: bad', 22, '  and 20 more']);
  });
});

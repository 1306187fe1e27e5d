import { describe, expect, it } from '@jest/globals';
import { barChart } from './bar-chart.js';
import { textTable } from './text-table.js';

describe('a table', () => {
  it('aligns text to the left and numbers to the right', () => {
    const rows = [
      ['greet', 5],
      ['get_daily_bars', 120],
    ];
    expect(textTable(['TOOL', 'CALLS'], rows)).toBe('TOOL            CALLS\ngreet               5\nget_daily_bars    120');
  });

  it('lets nobody write to the terminal through a cell', () => {
    const shown = textTable(['NAME'], [['\u001b[2Jbad\nline'], ['x'.repeat(200)], [null]]);
    expect(shown).not.toContain('\u001b');
    expect(shown.split('\n')).toHaveLength(4);
    expect(shown).toContain(`${'x'.repeat(59)}…`);
  });

  it('becomes paragraphs where a line would not fit', () => {
    const [headings, rows] = [
      ['NAME', 'LAST USED'],
      [
        ['default', '2026-11-21'],
        ['reports', ''],
      ],
    ];
    const narrow = 'NAME       default\nLAST USED  2026-11-21\n\nNAME       reports\nLAST USED  –';
    expect(textTable(headings, rows, 18)).toBe(narrow);
    expect(textTable(headings, rows, 19)).toBe('NAME     LAST USED\ndefault  2026-11-21\nreports  –');
  });

  it('of nothing is its headings', () => {
    expect(textTable(['A', 'B'], [])).toBe('A  B');
  });
});

describe('a bar chart', () => {
  it('shows the largest as forty characters and anything above zero', () => {
    const [large, small, none] = barChart([
      { label: 'a', value: 100_000 },
      { label: 'bb', value: 1 },
      { label: 'c', value: 0 },
    ]).split('\n');
    expect(large).toBe(`a   ${'█'.repeat(40)} 100000`);
    expect(small).toBe('bb  ▏ 1');
    expect(none).toBe('c   0');
  });
});

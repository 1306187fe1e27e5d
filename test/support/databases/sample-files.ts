import { readFileSync } from 'node:fs';

/** A sample file, read a second time by other means than the import. */
export const sampleLines = (file: string): string[][] =>
  readFileSync(`src/stock-data/sample/${file}`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

/** The S&P 500 bars of the sample. */
export const INDEX = sampleLines('sp500-2000.csv').map(([date, open, high, low, close, adj_close, volume]) => ({
  date: date!,
  open: Number(open),
  high: Number(high),
  low: Number(low),
  close: Number(close),
  adj_close: Number(adj_close),
  volume: Number(volume),
}));

export const indexBetween = (from: string, to: string) => INDEX.filter(({ date }) => date >= from && date <= to);

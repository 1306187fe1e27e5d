import type { Row } from '../datasets/dataset.js';

const US_STOCK = { type: 'stock', currency: 'USD', is_synthetic: false };

/** Names and descriptions of the sample data's symbols. */
export const SAMPLE_SYMBOLS: readonly Row[] = [
  { symbol: '^GSPC', name: 'S&P 500', type: 'index', exchange: '', currency: 'USD', sector: '', is_synthetic: false },
  { symbol: 'AAPL', name: 'Apple Inc.', exchange: 'XNAS', sector: 'Information Technology', ...US_STOCK },
  { symbol: 'AMZN', name: 'Amazon.com, Inc.', exchange: 'XNAS', sector: 'Consumer Discretionary', ...US_STOCK },
  {
    symbol: 'GOOG',
    name: 'Alphabet Inc. Class C (Google Inc. until 2015)',
    exchange: 'XNAS',
    sector: 'Communication Services',
    ...US_STOCK,
  },
  {
    symbol: 'IBM',
    name: 'International Business Machines Corporation',
    exchange: 'XNYS',
    sector: 'Information Technology',
    ...US_STOCK,
  },
  { symbol: 'MSFT', name: 'Microsoft Corporation', exchange: 'XNAS', sector: 'Information Technology', ...US_STOCK },
];

const WORDS: Readonly<Record<string, string>> = {
  monthly_refill: "The month's credits",
  allocation_expired: 'Not used last month',
  usage: 'Call',
  grant: 'Granted',
  tier_change: 'Tier changed',
  debt_paid: 'Paid of what was owed',
  purchase: 'Bought',
};

/** What a line of the ledger is; a kind that is not known here is told as the gateway names it. */
export const entryWords = (type: string): string => WORDS[type] ?? type.replaceAll('_', ' ');

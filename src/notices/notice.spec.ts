import { describe, expect, it } from '@jest/globals';
import { NOTICES, type NoticeData, type NoticeKind } from './notice-kinds.js';
import { noticeJson, noticeText } from './notice.js';

const user = { user_id: 'u-1', email: 'a@example.com' };
const server = { server_id: 's-1', server_name: 'files-1', template_name: 'files' };
const EXAMPLES: NoticeData = {
  'account.credits_low': { ...user, account_id: 1, credits_balance: 4, monthly_allocation: 50, percent: 10 },
  'api_key.expiring': {
    ...user,
    key_id: 'k-1',
    key_name: 'ci',
    key_prefix: 'tg_abc',
    expires_at: '2026-01-08T00:00:00Z',
    days: 7,
  },
  'limit.reached': {
    ...user,
    ...{ limit: 'api_key', key_id: 'k-1', key_name: 'ci', requests_per_hour: 100, resets_at: '2026-01-01T01:00:00.000Z' },
  },
  'tool.quarantined': {
    ...{ server_id: 's-1', server_name: 'files-1', count: 3 },
    tools: [
      { kind: 'tool', name: 'read', pin: 'p', is_new: false },
      { kind: 'prompt', name: 'write', pin: 'q', is_new: true },
    ],
  },
  'server.down': { ...server, since: '2026-01-01T00:00:00.000Z', error: 'it does not answer' },
  'server.up': { ...server, down_since: '2026-01-01T00:00:00.000Z' },
  test: { message: 'A test.' },
};

describe('A notice', () => {
  it.each<[NoticeKind, string, string]>([
    ['account.credits_low', 'Credits are running low', 'The account of a@example.com has 4 credits left, of 50 a month.'],
    ['api_key.expiring', 'An API key expires on 2026-01-08', 'The API key "ci" (tg_abc…) of a@example.com expires at'],
    [
      'limit.reached',
      'Rate limit reached by an API key',
      'The API key "ci" of a@example.com reached the limit of 100 requests an hour.',
    ],
    ['tool.quarantined', '3 definitions of files-1 wait for approval', '- read (changed)\n- prompt write (new)\n- and 1 more'],
    ['server.down', 'files-1 is down', 'has not answered since 2026-01-01T00:00:00.000Z: it does not answer'],
    ['server.up', 'files-1 is up again', 'It had been down since 2026-01-01T00:00:00.000Z.'],
    ['test', 'A test notice', 'A test.'],
  ])('of %s says what is the matter', (kind, title, words) => {
    const text = noticeText({ kind, data: EXAMPLES[kind] as Record<string, unknown> });
    expect(text.title).toBe(title);
    expect(text.lines.join('\n')).toContain(words);
  });

  it('names a user who is switched off by their id', () => {
    const data = { ...EXAMPLES['account.credits_low'], email: undefined };
    expect(noticeText({ kind: 'account.credits_low', data }).lines[0]).toMatch(/^The account of user u-1 has/);
  });

  it('has words for every kind', () => expect(Object.keys(EXAMPLES).sort()).toEqual(Object.keys(NOTICES).sort()));

  it('is one line where it names what strangers name', () => {
    const data = { ...EXAMPLES['api_key.expiring'], key_name: 'a\r\nBcc: b\u0000\u2028\u202ec\ud800'.padEnd(500, '!') };
    const { title, lines } = noticeText({ kind: 'api_key.expiring', data });
    for (const line of [title, ...lines]) {
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(line.length).toBeLessThanOrEqual(1_000);
    }
    // The subject has nothing that a user wrote.
    expect([title, lines[0]]).toEqual([expect.not.stringContaining('Bcc'), expect.stringContaining('a Bcc: b c')]);
  });

  it('is the same JSON at each attempt, with its id, kind, version and time', () => {
    const notice = { id: 'n-1', kind: 'test' as const, data: EXAMPLES.test, createdAt: new Date('2026-01-01T00:00:00Z') };
    const json = '{"id":"n-1","type":"test","version":1,"timestamp":"2026-01-01T00:00:00.000Z","data":{"message":"A test."}}';
    expect(noticeJson(notice)).toBe(json);
  });
});

import { describe, expect, it } from '@jest/globals';
import { annotationWords, isDestructive } from './annotation-words';
import { asCurl, asMcpRequest, asTypeScript } from './call-texts';
import { structuredResult } from './result-tables';
import { isUndecided, Submission } from './submission';

describe('The Idempotency-Key of a form', () => {
  it('stays for a retry of the same arguments, and is another for others and after an answer', () => {
    const submission = new Submission();
    const first = submission.keyFor({ a: 1 });
    expect(submission.keyFor({ a: 1 })).toBe(first);
    const other = submission.keyFor({ a: 2 });
    expect(other).not.toBe(first);
    submission.decided();
    expect(submission.keyFor({ a: 2 })).not.toBe(other);
  });

  it.each([
    [true, { status: undefined, errorCode: 'UNREACHABLE' }],
    [true, { status: 503, errorCode: 'UNAVAILABLE' }],
    [true, { status: 502, errorCode: 'HTTP_502' }],
    [false, { status: 402, errorCode: 'INSUFFICIENT_CREDITS' }],
    [false, { status: 502, errorCode: 'UPSTREAM_FAILED' }],
  ])('may be used again: %s after %j', (expected, error) => expect(isUndecided(error)).toBe(expected));
});

it('A structured answer is tables of what is arrays of objects, and values', () => {
  const rows = [{ a: 1 }, { a: 2, b: { c: 3 } }];
  expect(structuredResult({ rows, total: 2, none: [] })).toEqual({
    tables: [{ title: 'rows', columns: ['a', 'b'], rows }],
    others: [
      ['total', '2'],
      ['none', '[]'],
    ],
  });
  expect(structuredResult(rows).tables).toHaveLength(1);
  expect(structuredResult('x').others).toEqual([['value', 'x']]);
});

it('A call is written with quotes that keep it one', () => {
  const call = { url: 'https://a.example', server: 's', tool: 't', arguments: { name: "O'Neil" } };
  expect(asCurl(call)).toContain(`"name":"O'\\''Neil"`);
  expect(JSON.parse(asMcpRequest(call))).toMatchObject({
    method: 'tools/call',
    params: { name: 't', arguments: call.arguments },
  });
  expect(asTypeScript(call)).toContain('"tool_name": "t"');
});

describe('Annotations', () => {
  it('are told in words', () => {
    expect(annotationWords({ readOnlyHint: true, openWorldHint: false })).toEqual(['Only reads', 'Stays within its own data']);
    expect(annotationWords(undefined)).toEqual([]);
  });

  it('ask before a call only where they say that it destroys', () => {
    expect(isDestructive({ destructiveHint: true })).toBe(true);
    expect(isDestructive({ destructiveHint: true, readOnlyHint: true })).toBe(false);
    expect(isDestructive({})).toBe(false);
  });
});

import { Logger, type LoggerService } from '@nestjs/common';
import { afterAll, beforeEach, expect, it } from '@jest/globals';
import { PostgresOutage } from './postgres-outage.js';

const lines: string[] = [];
const note = (line: string) => void lines.push(line);
Logger.overrideLogger({ log: note, error: note, warn: note } satisfies LoggerService);
afterAll(() => Logger.overrideLogger(true));

let outage: PostgresOutage;
beforeEach(() => {
  lines.length = 0;
  outage = new PostgresOutage({ context: 'Credits', down: 'Nothing is booked', up: 'Booked again', refusal: 'Try later' });
});

const works = () => Promise.resolve('done');
const fails = () => Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
const UNAVAILABLE = { code: 'UNAVAILABLE', message: 'Try later' };

it('a failure is UNAVAILABLE to callers, and the log says once when it begins and once when it is over', async () => {
  for (let n = 0; n < 3; n += 1) await expect(outage.attempt(fails)).rejects.toMatchObject(UNAVAILABLE);
  expect(outage.isDown).toBe(true);
  for (let n = 0; n < 3; n += 1) await expect(outage.attempt(works)).resolves.toBe('done');
  expect(outage.isDown).toBe(false);
  expect(lines).toEqual(['Nothing is booked: read ECONNRESET', 'Booked again']);
});

it("an item's own fault passes through, and is no outage", async () => {
  const fault = Object.assign(new Error('duplicate key value'), { code: '23505' });
  await expect(outage.attempt(() => Promise.reject(fault))).rejects.toBe(fault);
  await expect(outage.attempt(works)).resolves.toBe('done');
  expect(lines).toEqual([]);
});

import { describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../common/concurrency/cancellation.js';
import { Places } from './places.js';
import { WaitingLine } from './waiting-line.js';

const never = () => new Cancellation();

describe('a line of calls that wait', () => {
  it('serves callers in turn, and of each the oldest call, however many one of them has', async () => {
    const line = new WaitingLine<string>({ most: 10, mostOfCaller: 5 });
    const served: string[] = [];
    const join = (caller: string, name: string) =>
      line.wait(caller, () => name, never()).then((given) => served.push(given)) as Promise<unknown>;
    const all = [join('a', 'a1'), join('a', 'a2'), join('a', 'a3'), join('b', 'b1'), join('c', 'c1')];
    while (line.serveOne()) continue;
    await Promise.all(all);
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
    expect(line.length).toBe(0);
  });

  it('passes over those for whom there is nothing, and keeps them', async () => {
    const line = new WaitingLine<string>({ most: 10, mostOfCaller: 5 });
    let isFree = false;
    const first = line.wait('a', () => (isFree ? 'a' : undefined), never());
    const second = line.wait('b', () => 'b', never());
    expect([line.serveOne(), line.serveOne()]).toEqual([true, false]);
    expect(await second).toBe('b');
    isFree = true;
    line.serveOne();
    expect(await first).toBe('a');
  });

  it('is left by a call whose time is over, or whose attempt finds that there is nothing to wait for', async () => {
    const line = new WaitingLine<string>({ most: 10, mostOfCaller: 5 });
    const over = new Cancellation();
    const late = line.wait('a', () => undefined, over);
    over.cancel(new Error('late'));
    await expect(late).rejects.toThrow('late');
    await expect(line.wait('a', () => undefined, over)).rejects.toThrow('late');
    const hopeless = line.wait(
      'a',
      () => {
        throw new Error('all are down');
      },
      never(),
    );
    line.serveOne();
    await expect(hopeless).rejects.toThrow('all are down');
    expect(line.length).toBe(0);
  });

  it('is bounded, of one caller and in all', () => {
    const line = new WaitingLine<string>({ most: 3, mostOfCaller: 2 });
    for (const caller of ['a', 'a', 'b']) void line.wait(caller, () => undefined, never());
    expect(['a', 'b', 'c'].map((caller) => line.hasRoomFor(caller))).toEqual([false, false, false]);
    line.serveOne();
    expect(line.length).toBe(3);
  });
});

describe('the places of a server', () => {
  it('are not all for one caller, unless there is only one', () => {
    const places = new Places(4, () => undefined);
    for (let call = 0; call < 3; call += 1) places.take('a');
    expect([places.hasRoomFor('a'), places.hasRoomFor('b')]).toEqual([false, true]);
    expect(new Places(1, () => undefined).hasRoomFor('a')).toBe(true);
    expect(places.hasRoomFor('b', 1)).toBe(false);
  });

  it('are another’s while a call waits for its caller, and free once when it leaves', () => {
    let freed = 0;
    const places = new Places(1, () => (freed += 1));
    const place = places.take('a');
    place.lend();
    place.lend();
    expect([places.hasRoomFor('b'), freed]).toEqual([true, 1]);
    const other = places.take('b');
    place.takeBack();
    expect(places.taken).toBe(2);
    place.leave();
    place.takeBack();
    other.leave();
    expect([places.taken, freed]).toEqual([0, 3]);
  });
});

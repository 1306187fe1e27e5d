import { beforeEach, describe, expect, it } from '@jest/globals';
import { LinkedList, type Linked } from './linked-list.js';

interface Item extends Linked {
  name: string;
}

describe('A linked list', () => {
  let list: LinkedList<Item>;
  let a: Item, b: Item, c: Item;

  beforeEach(() => {
    list = new LinkedList();
    [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name })) as [Item, Item, Item];
    for (const item of [a, b, c]) list.add(item);
  });

  const names = () => {
    const found: string[] = [];
    for (let item = list.oldest; item; item = item.next) found.push(item.name);
    return found.join('');
  };

  it('has its items in the order in which they came', () => expect(names()).toBe('abc'));

  it.each([
    ['the oldest', () => a, 'bc'],
    ['one between', () => b, 'ac'],
    ['the newest', () => c, 'ab'],
  ])('loses %s in one step, which then refers to no other', (_, which, left) => {
    list.delete(which());
    expect(names()).toBe(left);
    expect([which().previous, which().next]).toEqual([undefined, undefined]);
    list.add(which());
    expect(names()).toBe(left + which().name);
  });

  it('is left alone by one that it has lost already', () => {
    list.delete(b);
    list.delete(b);
    expect(names()).toBe('ac');
    for (const item of [a, c, a]) list.delete(item);
    expect(list.oldest).toBeUndefined();
    list.add(b);
    expect(names()).toBe('b');
  });
});

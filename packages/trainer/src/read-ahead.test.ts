import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead';

const collect = async <T>(source: AsyncIterable<T>) => {
  const all: T[] = [];
  for await (const value of source) all.push(value);
  return all;
};

describe('readAhead', () => {
  it('keeps the order whatever finishes first', async () => {
    const load = (n: number) => new Promise<number>((resolve) => setTimeout(() => resolve(n), n % 2 ? 1 : 4));
    expect(await collect(readAhead([1, 2, 3, 4, 5], load, 3))).toEqual([1, 2, 3, 4, 5]);
  });

  it('has the next loads under way while the current one is used, and no more than asked for', async () => {
    let started = 0;
    const load = async (n: number) => {
      started++;
      return n;
    };
    const source = readAhead([1, 2, 3, 4, 5, 6], load, 2);
    await source.next();
    expect(started).toBe(3);
    await source.next();
    expect(started).toBe(4);
  });

  it('throws a failed load at its turn, after the good ones before it', async () => {
    const source = readAhead([1, 2, 3], async (n) => (n === 2 ? Promise.reject(new Error('two')) : n), 2);
    expect(await source.next()).toEqual({ value: 1, done: false });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(source.next()).rejects.toThrow('two');
  });
});

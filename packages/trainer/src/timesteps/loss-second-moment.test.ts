import { describe, expect, it } from 'vitest';
import { lossSecondMoment } from './loss-second-moment';

const create = (over = {}) =>
  lossSecondMoment.make({ type: 'loss-second-moment', first: 1, history: 2, uniformShare: 0, ...over })(5);
const every = Array.from({ length: 10_000 }, (_, i) => (i + 0.5) / 10_000);
/** How often each timestep of 0 … 4 is drawn as u goes through (0, 1). */
const shares = (sampler: ReturnType<typeof create>) => {
  const counts = [0, 0, 0, 0, 0];
  for (const u of every) counts[sampler.draw(u).t] += 1e-4;
  return counts.map((count) => Number(count.toFixed(3)));
};

describe('sampling by the second moment of the loss', () => {
  it('is uniform while a timestep has too few losses', () => {
    const sampler = create();
    sampler.memory?.record([1, 1, 2, 2, 3, 3, 4], [9, 9, 1, 1, 1, 1, 1]);
    expect(shares(sampler)).toEqual([0, 0.25, 0.25, 0.25, 0.25]);
    expect(sampler.draw(0.3).weight).toBe(1);
  });

  it('then draws t with a probability ∝ √E[L²] of the last losses', () => {
    const sampler = create();
    sampler.memory?.record([1, 2, 3, 4, 1, 2, 3, 4], [5, 5, 5, 5, 5, 5, 5, 5]);
    // √((3² + 3²)/2) = 3, √((1² + 7²)/2) = 5, and so on: only the last two of each count.
    sampler.memory?.record([1, 1, 2, 2, 3, 3, 4, 4], [3, 3, 1, 7, 1, 1, 1, 1]);
    expect(shares(sampler)).toEqual([0, 0.3, 0.5, 0.1, 0.1]);
  });

  it('keeps some of the uniform distribution', () => {
    const sampler = create({ uniformShare: 0.2 });
    sampler.memory?.record([1, 1, 2, 2, 3, 3, 4, 4], [3, 3, 1, 7, 1, 1, 1, 1]);
    expect(shares(sampler)).toEqual([0, 0.29, 0.45, 0.13, 0.13]);
  });

  it('weighs losses so that their mean stays what it is under uniform timesteps', () => {
    const sampler = create();
    sampler.memory?.record([1, 1, 2, 2, 3, 3, 4, 4], [3, 3, 1, 7, 1, 1, 1, 1]);
    const loss = [0, 3, 5, 1, 1];
    const drawn = every.map((u) => sampler.draw(u)).map(({ t, weight }) => weight * loss[t]);
    expect(drawn.reduce((sum, value) => sum + value, 0) / every.length).toBeCloseTo(2.5, 10);
    // And each is the same: importance sampling at its best.
    for (const value of drawn) expect(Math.abs(value - 2.5)).toBeLessThan(1e-12);
  });

  it('is saved and loaded whole, and refuses another history', () => {
    const sampler = create();
    sampler.memory?.record([1, 1, 2, 2, 3, 3, 4, 4, 2], [3, 3, 1, 7, 1, 1, 1, 1, 2]);
    const copy = create();
    const saved = sampler.memory?.save();
    if (!saved) throw new Error('it has a memory');
    copy.memory?.load(saved)();
    for (const each of [sampler, copy]) each.memory?.record([2, 3], [4, 4]);
    expect(shares(copy)).toEqual(shares(sampler));
    expect(() => create({ history: 3 }).memory?.load(saved)).toThrow('4 timesteps with 3 losses each');
  });
});

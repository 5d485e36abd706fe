import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from './batch-plan';

describe('planBatches', () => {
  it('uses every image once an epoch and keeps the last, smaller batch', () => {
    const plan = [...planBatches({ seed: 3, length: 11, batchSize: 4, batches: 6 })];
    expect(plan.map(({ epochsDone, indices }) => [epochsDone, indices.length])).toEqual([
      [0, 4],
      [0, 4],
      [0, 3],
      [1, 4],
      [1, 4],
      [1, 3],
    ]);
    const second = plan.slice(3).flatMap(({ indices }) => [...indices]);
    expect(second.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(plan[2].next).toEqual({ epochsDone: 1, position: 0 });
  });

  it('goes on from any place as if it had never stopped', () => {
    const sizes = {
      seed: fc.nat(),
      length: fc.integer({ min: 1, max: 40 }),
      batchSize: fc.integer({ min: 1, max: 12 }),
    };
    fc.assert(
      fc.property(fc.record(sizes), fc.nat(30), (options, stop) => {
        const batches = 3 * Math.ceil(options.length / options.batchSize);
        const whole = [...planBatches({ ...options, batches })];
        const at = stop % whole.length;
        const rest = [...planBatches({ ...options, batches: batches - at - 1, from: whole[at].next })];
        expect(rest).toEqual(whole.slice(at + 1));
      }),
    );
  });
});

import { TrainerError } from '../errors';
import type { Kind } from '../options/kinds';
import { numberFrom, wholeNumber } from '../options/settings';
import { firstSetting, type SamplerOf, type TimestepMemory } from './sampler';

/**
 * Importance sampling of timesteps (Nichol & Dhariwal 2021, arXiv:2102.09672, section 3.3): p_t ∝ √E[L_t²] over the last
 * `history` (default 10) losses of each timestep, mixed with `uniformShare` (default 0.001) of uniform; uniform until every
 * timestep has a full history. An image's loss counts 1/(p_t·T) times.
 */
export type LossSecondMoment = { type: 'loss-second-moment'; first: number; history: number; uniformShare: number };

export const lossSecondMoment: Kind<LossSecondMoment, SamplerOf> = {
  settings: {
    first: firstSetting,
    history: { ...wholeNumber(1, 10), about: 'losses of each t that are kept' },
    uniformShare: { ...numberFrom(0, 1, 0.001), about: 'share of the draws that are uniform' },
  },
  make:
    ({ first, history, uniformShare }) =>
    (steps) => {
      const count = steps - first;
      const losses = new Float32Array(count * history); // [T − first, history], the oldest overwritten
      const seen = new Int32Array(count);
      let cumulative: Float64Array | undefined;

      /** Cumulative probabilities, or nothing while some timestep has too few losses. */
      const distribution = (): Float64Array | undefined => {
        if (seen.some((n) => n < history)) return undefined;
        const roots = Float64Array.from(seen, (_, i) => {
          const past = losses.subarray(i * history, (i + 1) * history);
          return Math.sqrt(past.reduce((sum, loss) => sum + loss * loss, 0) / history);
        });
        const total = roots.reduce((sum, root) => sum + root, 0);
        if (!(total > 0)) return undefined;
        let sum = 0;
        return roots.map((root) => {
          sum += ((1 - uniformShare) * root) / total + uniformShare / count;
          return sum;
        });
      };

      const memory: TimestepMemory = {
        record(t, values) {
          for (let i = 0; i < t.length; i++) {
            const row = t[i] - first;
            losses[row * history + (seen[row] % history)] = values[i];
            // A count that never overflows: only the place in the ring and "full or not" matter.
            seen[row] = seen[row] + 1 < 2 * history ? seen[row] + 1 : history;
          }
          cumulative = distribution();
        },
        save: () => ({
          metadata: {},
          tensors: new Map([
            ['losses', { dtype: 'F32' as const, shape: [count, history], data: losses.slice() }],
            ['seen', { dtype: 'I32' as const, shape: [count], data: seen.slice() }],
          ]),
        }),
        load({ tensors }) {
          const [past, counts] = [tensors.get('losses')?.data, tensors.get('seen')?.data];
          if (past?.length !== losses.length || counts?.length !== count) {
            throw new TrainerError(
              'checkpoint-options',
              `The checkpoint's history of losses is not that of ${count} timesteps with ${history} losses each; resume with the timesteps it was written with.`,
            );
          }
          return () => {
            losses.set(past as Float32Array);
            seen.set(counts as Int32Array);
            cumulative = distribution();
          };
        },
      };

      return {
        draw(u) {
          if (!cumulative) return { t: first + Math.floor(u * count), weight: 1 };
          const i = Math.min(firstAbove(cumulative, u * cumulative[count - 1]), count - 1);
          const probability = cumulative[i] - (i === 0 ? 0 : cumulative[i - 1]);
          return { t: first + i, weight: 1 / (probability * count) };
        },
        memory,
      };
    },
};

/** The index of the first entry of an ascending table that is above `value`. */
function firstAbove(table: Float64Array, value: number): number {
  let [low, high] = [0, table.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

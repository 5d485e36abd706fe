import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKind, resolveKind } from '../options/kinds';
import { LEARNING_RATE_SCHEDULES, type LearningRateScheduleInput } from './index';

const factors = (input: LearningRateScheduleInput, steps: readonly number[], length = Infinity) => {
  const factor = makeKind(
    LEARNING_RATE_SCHEDULES,
    resolveKind('learningRateSchedule', LEARNING_RATE_SCHEDULES, input, 'constant'),
  );
  return steps.map((step) => factor(step, length));
};
const close = (actual: number[], expected: number[]) => {
  for (const [i, value] of actual.entries()) expect(Math.abs(value - expected[i])).toBeLessThan(1e-15);
};

describe('the learning rate', () => {
  it('is constant by default, from the first step', () => {
    expect(factors({}, [0, 1, 1e6])).toEqual([1, 1, 1]);
  });

  it('warms up in equal steps, the first of them above 0', () => {
    expect(factors({ type: 'constant', warmup: 4 }, [0, 1, 2, 3, 4])).toEqual([0.25, 0.5, 0.75, 1, 1]);
  });

  it('falls like a cosine from the end of the warm-up to the last step, and stays there', () => {
    const steps = [0, 1, 2, 4, 6, 10, 11];
    close(factors({ type: 'cosine', warmup: 2, steps: 10, final: 0.2 }, steps), [
      1 / 2,
      1,
      1,
      0.2 + 0.4 * (1 + Math.SQRT1_2), // a quarter of the way
      0.6, // half of it
      0.2,
      0.2,
    ]);
  });

  it('makes one cycle as PyTorch does: total_steps = 11, pct_start = 0.5454…, div_factor = 4, final_div_factor = 10', () => {
    // The peak is at 6 − 1 = 5: five steps up from 1/4, five down to 1/40.
    const up = (share: number) => 1 - ((1 - 1 / 4) * (1 + Math.cos(Math.PI * share))) / 2;
    const down = (share: number) => 1 / 40 + ((1 - 1 / 40) * (1 + Math.cos(Math.PI * share))) / 2;
    const input = { type: 'one-cycle', steps: 11, rise: 6 / 11, divisor: 4, finalDivisor: 10 } as const;
    close(factors(input, [0, 1, 5, 6, 10, 99]), [1 / 4, up(0.2), 1, down(0.2), 1 / 40, 1 / 40]);
  });

  it.each(['cosine', 'one-cycle'] as const)('spans the run where no length is given: %s', (type) => {
    for (const steps of [1, 2, 10]) {
      const all = Array.from({ length: steps + 1 }, (_, i) => i);
      expect(factors({ type }, all, steps)).toEqual(factors({ type, steps }, all));
    }
    expect(factors({ type }, [3])[0]).toBeGreaterThan(0); // of no known length
  });

  it('never leaves (0, 1], and is a function of the step alone', () => {
    const kinds = fc.constantFrom<LearningRateScheduleInput>(
      { warmup: 7 },
      { type: 'cosine', steps: 40, warmup: 3, final: 0.01 },
      { type: 'one-cycle', steps: 40 },
    );
    fc.assert(
      fc.property(kinds, fc.nat(100), (kind, step) => {
        const [a, b] = factors(kind, [step, step]);
        expect(a).toBe(b);
        expect(a > 0 && a <= 1).toBe(true);
      }),
    );
  });

  it('names what is wrong with a schedule', () => {
    const wrong = (input: object) => () => factors(input as LearningRateScheduleInput, []);
    expect(wrong({ type: 'cosin', steps: 3 })).toThrow(
      '`learningRateSchedule.type` is "cosin"; give one of constant, cosine, one-cycle, perhaps cosine.',
    );
    expect(wrong({ type: 'cosine', steps: 0 })).toThrow('steps` is 0; give a whole number from 1, or null.');
    expect(wrong({ warmUp: 3 })).toThrow(
      'There is no training option `learningRateSchedule.warmUp`; the nearest is `learningRateSchedule.warmup`.',
    );
    expect(wrong({ type: 'one-cycle', steps: 9, rise: 2 })).toThrow('rise` is 2; give a number from 0 to 1.');
  });
});

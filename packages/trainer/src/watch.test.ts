import { describe, expect, it } from 'vitest';
import { watchTraining } from './watch';

/** The warnings in a run with these losses and norms. */
const warningsOf = (numbers: readonly { loss?: number; gradientNorm?: number }[], isClipped = false) => {
  const warnings: string[] = [];
  const watch = watchTraining({ isClipped, onWarning: (message) => warnings.push(message) });
  numbers.forEach(({ loss = 1, gradientNorm = 1 }, i) => {
    watch({ step: i + 1, loss, gradientNorm });
  });
  return warnings;
};
const many = <T>(count: number, of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i));

describe('watching', () => {
  it('says nothing of a loss that falls and trembles, nor of one bad step', () => {
    expect(warningsOf(many(500, (i) => ({ loss: 1 / (1 + i / 50) + 0.2 * (i % 2) })))).toEqual([]);
    expect(warningsOf([...many(200, () => ({ loss: 0.1 })), { loss: 2 }, ...many(50, () => ({ loss: 0.1 }))])).toEqual(
      [],
    );
  });

  it('says once that the mean loss is three times its lowest', () => {
    const rising = [...many(100, () => ({ loss: 0.1 })), ...many(200, () => ({ loss: 1 }))];
    const warnings = warningsOf(rising);
    // The mean over 50 steps reaches 0.3 when 1 − 0.98ⁿ ≥ 2/9: n = 13.
    expect(warnings).toEqual([
      'The mean loss at step 113 is 0.31, 3.1 times the 0.1 of step 50; training may be diverging: go back to a checkpoint before it with a lower learning rate.',
    ]);
  });

  it('says it again only after the loss has come down', () => {
    const wave = [...many(100, () => 0.1), ...many(100, () => 1), ...many(300, () => 0.1), ...many(100, () => 1)];
    expect(warningsOf(wave.map((loss) => ({ loss })))).toHaveLength(2);
  });

  it('says that a gradient norm is twenty times the usual one, once in a hundred steps', () => {
    const usual = many(150, (i) => ({ gradientNorm: i % 2 ? 0.5 : 2 }));
    const warnings = warningsOf([...usual, { gradientNorm: 30 }, { gradientNorm: 40 }]);
    expect(warnings).toEqual([
      'The gradient norm at step 151 is 30, where 1 is usual; such steps do harm: limit them with maxGradientNorm, for example 2, or lower the learning rate.',
    ]);
    expect(warningsOf([...usual, { gradientNorm: 15 }])).toEqual([]);
    expect(warningsOf([...usual, { gradientNorm: 30 }], true)).toEqual([]);
  });

  it('says at once that a norm is not finite', () => {
    expect(warningsOf([{ gradientNorm: Infinity }])).toEqual([
      expect.stringContaining('at step 1 is Infinity; such steps'),
    ]);
  });
});

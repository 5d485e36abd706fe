import { describe, expect, it } from 'vitest';
import {
  angle,
  createSchedule,
  edm,
  flow,
  LEAST_LAMBDA,
  levelsWithSignal,
  type Process,
  remainingSignal,
  signalWarning,
} from './index';

describe('levels with signal', () => {
  it('are those of λ = ln(α/σ) ≥ −5.1, as DPM-Solver counts them', () => {
    for (const steps of [50, 1000, 4000]) {
      const schedule = createSchedule({ type: 'cosine', steps });
      const lambdas = Array.from(schedule.alphaBars, (alphaBar) => Math.log(alphaBar / (1 - alphaBar)) / 2);
      const count = levelsWithSignal(schedule);
      expect(count).toBe(lambdas.filter((lambda) => lambda >= LEAST_LAMBDA).length);
      expect(count).toBeLessThan(steps);
    }
  });

  it('are all of linear schedules in a thousand steps, and never none', () => {
    expect(levelsWithSignal(createSchedule())).toBe(1000);
    expect(levelsWithSignal(createSchedule({ type: 'scaled-linear' }))).toBe(1000);
    expect(levelsWithSignal(createSchedule({ type: 'custom', betas: [0.99999999, 0.5] }))).toBe(1);
  });
});

describe('the signal that remains', () => {
  it.each<[string, Process, number]>([
    ['fifty steps of linear β: exp(−Σβ/2), 78 %', createSchedule({ steps: 50 }), 0.777],
    ['a thousand', createSchedule(), 0.00635],
    ['Stable Diffusion', createSchedule({ type: 'scaled-linear' }), 0.0683],
    ['cosine in twenty', createSchedule({ type: 'cosine', steps: 20 }), 0],
    ['EDM: 1/√(1 + 80²)', edm(), 0.0125],
    ['an angle', angle(), 0],
    ['a flow', flow(), 0],
  ])('of %s', (_, process, expected) => {
    expect(Math.abs(remainingSignal(process) - expected)).toBeLessThan(5e-3 * Math.max(expected, 1));
  });

  it('is warned of where it is much', () => {
    expect(signalWarning(createSchedule({ steps: 50 }))).toMatch(
      /78 % of the image.*50 noise steps.*cosine schedule\.$/,
    );
    for (const process of [createSchedule(), createSchedule({ type: 'scaled-linear' }), edm(), angle(), flow()]) {
      expect(signalWarning(process)).toBeUndefined();
    }
  });
});

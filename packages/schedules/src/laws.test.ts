import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/properties';
import {
  createSchedule,
  edm,
  epsFrom,
  levelAt,
  minSnrWeight,
  type Prediction,
  p2Weight,
  preconditioning,
  type ScheduleOptions,
  trainingTarget,
  varianceExploding,
  x0From,
} from './index';

const kinds: ScheduleOptions[] = [
  { type: 'linear' },
  { type: 'scaled-linear' },
  { type: 'cosine' },
  { type: 'sigmoid-beta' },
  { type: 'sigmoid-alpha-bar' },
  { type: 'exponential' },
  { type: 'laplace' },
];

describe('every schedule', () => {
  for (const options of kinds) {
    it(`${options.type}: ᾱ falls from near 1 towards 0`, () => {
      const { alphaBars } = createSchedule(options);
      expect(alphaBars[0]).toBeGreaterThan(0.97);
      expect(alphaBars[999]).toBeLessThan(0.05);
      for (let t = 1; t < 1000; t++) expect(alphaBars[t]).toBeLessThan(alphaBars[t - 1] as number);
    });

    it(`${options.type} with zero terminal SNR ends in noise alone and begins as before`, () => {
      const plain = createSchedule(options);
      const zero = createSchedule({ ...options, zeroTerminalSnr: true });
      expect(zero.alphaBars[999]).toBe(0);
      expect(zero.alphaBars[0]).toBeCloseTo(plain.alphaBars[0] as number, 12);
    });
  }

  it('of one step has finite tables', () => {
    const schedule = createSchedule({ steps: 1 });
    for (const table of Object.values(schedule)) {
      if (table instanceof Float64Array) for (const value of table) expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('has the posterior variance between 0 and β', () => {
    const { betas, posteriorVariances } = createSchedule();
    betas.forEach((beta, t) => {
      expect(posteriorVariances[t]).toBeLessThanOrEqual(beta);
    });
  });
});

it('x0 and ε come back from what a model would give, for every prediction and level', () => {
  const number = fc.double({ min: -3, max: 3, noNaN: true });
  const predictions: Prediction[] = ['epsilon', 'x0', 'v', 'flow'];
  fc.assert(
    fc.property(number, number, fc.double({ min: 0.05, max: 1.5, noNaN: true }), (x0, eps, angle) => {
      for (const prediction of predictions) {
        const [alpha, sigma] =
          prediction === 'flow' ? [1 - angle / 1.6, angle / 1.6] : [Math.cos(angle), Math.sin(angle)];
        const x = alpha * x0 + sigma * eps;
        const target = trainingTarget(prediction, alpha, sigma);
        const output = target.x0 * x0 + target.eps * eps;
        const toX0 = x0From(prediction, alpha, sigma);
        const toEps = epsFrom(prediction, alpha, sigma);
        expect(toX0.fromX * x + toX0.fromOutput * output).toBeCloseTo(x0, 9);
        expect(toEps.fromX * x + toEps.fromOutput * output).toBeCloseTo(eps, 9);
      }
    }),
  );
});

it('EDM preconditioning gives inputs and targets of unit variance', () => {
  for (const sigma of [0.01, 0.5, 3, 70]) {
    const { input, fromX, fromOutput } = preconditioning(edm(), sigma);
    const variance = 0.25 + sigma ** 2; // of x, for data of deviation ½
    expect(input ** 2 * variance).toBeCloseTo(1, 12);
    // target F = (x0 − c_skip·x)/c_out
    expect(((1 - fromX) ** 2 * 0.25 + fromX ** 2 * sigma ** 2) / fromOutput ** 2).toBeCloseTo(1, 12);
  }
  expect(preconditioning(varianceExploding(), 3)).toMatchObject({ input: 1, fromX: 1, fromOutput: 3 });
});

it('Min-SNR weights cap the SNR in what the model predicts; P2 falls with it', () => {
  expect([minSnrWeight(10, 'epsilon'), minSnrWeight(10, 'x0'), minSnrWeight(10, 'v')]).toEqual([0.5, 5, 5 / 11]);
  expect([minSnrWeight(2, 'epsilon'), minSnrWeight(2, 'x0'), minSnrWeight(2, 'v')]).toEqual([1, 2, 2 / 3]);
  expect(p2Weight(3)).toBe(0.25);
  expect(levelAt(createSchedule(), 0).alpha).toBeCloseTo(Math.sqrt(0.9999), 15);
});

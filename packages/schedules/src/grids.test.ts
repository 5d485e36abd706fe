import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/properties';
import { betaQuantile } from './beta-quantile';
import {
  betaSigmas,
  createSchedule,
  edmSigmas,
  exponentialSigmas,
  flowSigmas,
  karrasSigmas,
  noiseRatio,
  parseSpacing,
  polyexponentialSigmas,
  roundHalfEven,
  type SigmaGrid,
  type Spacing,
  sigmaGrid,
  spacedTimesteps,
  timeOfNoiseRatio,
  veSigmas,
  vpSigmas,
} from './index';

describe('timestep spacing of 1000 in 10', () => {
  const ends: [Spacing['type'], number, number][] = [
    ['leading', 900, 0],
    ['trailing', 999, 99],
    ['linspace', 999, 0],
    ['quadratic', 800, 0],
    ['ddim', 900, 0],
    ['lcm', 999, 99],
  ];
  for (const [type, first, last] of ends) {
    it(`${type} goes from ${first} to ${last}`, () => {
      const timesteps = spacedTimesteps(1000, { type, steps: 10 } as Spacing);
      expect(timesteps).toHaveLength(10);
      expect([timesteps[0], timesteps.at(-1)]).toEqual([first, last]);
    });
  }

  it('original is T − 1 … 1, all is T − 1 … 0', () => {
    expect(spacedTimesteps(4, { type: 'original' })).toEqual([3, 2, 1]);
    expect(spacedTimesteps(4, { type: 'all' })).toEqual([3, 2, 1, 0]);
  });
});

it('every spacing gives as many timesteps as asked for, descending within the schedule', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1200 }), fc.double({ min: 0, max: 1, noNaN: true }), (T, share) => {
      const steps = Math.max(1, Math.floor(T * share));
      for (const type of ['leading', 'trailing', 'linspace'] as const) {
        const timesteps = spacedTimesteps(T, { type, steps });
        expect(timesteps).toHaveLength(steps);
        for (let i = 1; i < steps; i++) expect(timesteps[i]).toBeLessThan(timesteps[i - 1] as number);
      }
    }),
    { numRuns: 200 },
  );
});

it('rounds halves to even', () => {
  expect([0.5, 1.5, 2.5, 3.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 4, 2, 3]);
});

describe('grids of σ', () => {
  it('begin at max and end at min', () => {
    const range = { min: 0.1, max: 20 };
    for (const make of [karrasSigmas, exponentialSigmas, polyexponentialSigmas, betaSigmas]) {
      const sigmas = make(9, range);
      expect(sigmas[0]).toBeCloseTo(20, 9);
      expect(sigmas[8]).toBeCloseTo(0.1, 9);
    }
  });

  it('EDM is the paper’s: rho 7, 80 to 0.002', () => {
    const sigmas = edmSigmas(18);
    expect(sigmas[1]).toBeCloseTo(57.585983, 5);
    expect(sigmas[16]).toBeCloseTo(0.0075280201, 9);
  });

  it('VP follows its integral, VE is geometric, flow is even until it is shifted', () => {
    expect(vpSigmas(2)[0]).toBeCloseTo(Math.sqrt(Math.expm1(9.95 + 0.1)), 9);
    const ve = veSigmas(3);
    expect(ve[1]).toBeCloseTo(Math.sqrt(0.02 * 100), 9);
    expect(flowSigmas(3, { min: 0.5 })).toEqual([1, 0.75, 0.5]);
    expect(flowSigmas(2, { min: 0.5, shift: 3 })).toEqual([1, 0.75]);
    expect(flowSigmas(4, { terminal: 0.1 })[3]).toBeCloseTo(0.1, 12);
  });

  it('the beta quantile is scipy’s', () => {
    for (const [p, a, b, expected] of quantiles)
      expect(Math.abs(betaQuantile(p, a, b) / expected - 1)).toBeLessThan(1e-12);
  });

  it('by name takes the model’s range where none is given', () => {
    const grids: SigmaGrid[] = [
      { type: 'karras' },
      { type: 'exponential' },
      { type: 'beta' },
      { type: 'polyexponential' },
    ];
    for (const grid of grids) {
      const sigmas = sigmaGrid(grid, 5, { min: 0.03, max: 14 });
      expect(sigmas[0]).toBeCloseTo(14, 9);
      expect(sigmas[4]).toBeCloseTo(0.03, 9);
    }
  });
});

/** [p, a, b, scipy.stats.beta.ppf(p, a, b)] */
const quantiles: [number, number, number, number][] = [
  [0.1, 0.6, 0.6, 0.03958440558878085],
  [0.5, 0.6, 0.6, 0.5000000000000001],
  [0.93, 0.6, 0.6, 0.978056165310785],
  [0.3, 2, 5, 0.18180347131894917],
  [0.8, 1, 3, 0.4151964523574268],
  [0.01, 0.5, 0.7, 0.00015697035848113614],
];

it('the time of a noise ratio is where it is reached', () => {
  const schedule = createSchedule({ type: 'cosine' });
  for (const t of [0, 1, 300, 998, 999]) expect(timeOfNoiseRatio(schedule, noiseRatio(schedule, t))).toBeCloseTo(t, 6);
  expect(noiseRatio(createSchedule({ zeroTerminalSnr: true }), 999)).toBeCloseTo(Math.sqrt(2 ** 24 - 1), 6);
});

describe('what cannot be is refused in a sentence', () => {
  const cases: [string, () => unknown, string][] = [
    ['more steps than there are', () => spacedTimesteps(10, { type: 'leading', steps: 11 }), 'at most 10'],
    ['a spacing that is not one', () => parseSpacing('often'), '"often"'],
    ['timesteps out of order', () => spacedTimesteps(10, { type: 'explicit', timesteps: [3, 5] }), 'descend'],
    [
      'scaled ends of few steps',
      () => createSchedule({ type: 'linear', steps: 10, endsScaled: true }),
      'not in (0, 1]',
    ],
    ['betas beyond 1', () => createSchedule({ type: 'custom', betas: [0.1, 1.5] }), 'beta 1 is 1.5'],
    ['no steps', () => createSchedule({ steps: 0 }), 'steps must be'],
    [
      'more steps than anybody counts',
      () => createSchedule({ steps: 1e9 }),
      'steps must be a whole number from 1 to 100000',
    ],
    ['sigmas upside down', () => sigmaGrid({ type: 'explicit', values: [1, 2] }, 2, { min: 1, max: 2 }), 'descend'],
    ['a kind that is not known', () => createSchedule(JSON.parse('{"type":"quartic"}')), 'none of linear'],
  ];
  for (const [name, attempt, sentence] of cases) {
    it(name, () => {
      expect(attempt).toThrow(sentence);
      expect(attempt).toThrow(expect.objectContaining({ isDenoiserError: true }));
    });
  }
});

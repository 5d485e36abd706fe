import { describe, expect, it } from 'vitest';
import {
  createProcess,
  createSchedule,
  edm,
  flow,
  karrasSigmas,
  linspace,
  MOST_STEPS,
  type ScheduleOptions,
  spacedTimesteps,
} from './index';

const types = [
  'linear',
  'scaled-linear',
  'sigmoid-beta',
  'cosine',
  'sigmoid-alpha-bar',
  'exponential',
  'laplace',
] as const;

describe('sizes are bounded before anything is computed', () => {
  const cases: [string, () => unknown][] = [
    ...types.flatMap((type): [string, () => unknown][] =>
      [1e7, 1e9, 2 ** 53].map((steps) => [
        `${type} of ${steps}`,
        () => createSchedule({ type, steps } as ScheduleOptions),
      ]),
    ),
    ['custom betas', () => createSchedule({ type: 'custom', betas: { length: 1e9 } as ArrayLike<number> })],
    ['a spacing', () => spacedTimesteps(1e9, { type: 'all' })],
    ['a grid of σ', () => karrasSigmas(1e9, { min: 0.1, max: 10 })],
    ['evenly spaced values', () => linspace(0, 1, 1e9)],
  ];
  it.each(cases)('of %s', (_, attempt) => {
    expect(attempt).toThrow(`from 1 to ${MOST_STEPS}`);
    expect(attempt).toThrow(expect.objectContaining({ isDenoiserError: true }));
  });

  it('and up to the bound there is a schedule', () => {
    expect(createSchedule({ type: 'cosine', steps: MOST_STEPS }).steps).toBe(MOST_STEPS);
  });
});

describe('numbers that make no process are refused', () => {
  const cases: [string, () => unknown][] = [
    ['a flow of endless steps', () => flow({ steps: Number.POSITIVE_INFINITY })],
    ['a flow of steps in a string', () => createProcess(JSON.parse('{"kind":"flow","steps":"1000"}'))],
    ['a shift that is none', () => flow({ shift: Number.NaN })],
    ['an endless σ', () => edm({ sigmaMax: Number.POSITIVE_INFINITY })],
    ['data without deviation', () => edm({ sigmaData: 0 })],
    ['a cosine with an offset that turns it round', () => createSchedule({ type: 'cosine', offset: -0.9 })],
    ['an exponential that grows', () => createSchedule({ type: 'exponential', rate: -3 })],
    ['a sigmoid without width', () => createSchedule({ type: 'sigmoid-alpha-bar', tau: 0 })],
  ];
  it.each(cases)('%s', (_, attempt) => {
    expect(attempt).toThrow(expect.objectContaining({ isDenoiserError: true }));
  });
});

import { describe, expect, it } from 'vitest';
import golden from '../test/fixtures/schedules.json';
import { createProcess, createSchedule, edm, parseSpacing, respace, type Schedule, spacedTimesteps } from './index';

/**
 * The golden numbers are printed with 15 digits; where a value is a difference of near-equal ones that is all there is.
 */
function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
}

const names = {
  betas: 'betas',
  alphas_cumprod: 'alphaBars',
  alphas_cumprod_prev: 'alphaBarsPrevious',
  sqrt_alphas_cumprod: 'sqrtAlphaBars',
  sqrt_one_minus_alphas_cumprod: 'sqrtOneMinusAlphaBars',
  log_one_minus_alphas_cumprod: 'logOneMinusAlphaBars',
  sqrt_recip_alphas_cumprod: 'sqrtRecipAlphaBars',
  sqrt_recipm1_alphas_cumprod: 'sqrtRecipMinusOneAlphaBars',
  posterior_variance: 'posteriorVariances',
  posterior_log_variance_clipped: 'posteriorLogVariancesClipped',
  posterior_mean_coef1: 'posteriorMeanX0',
  posterior_mean_coef2: 'posteriorMeanX',
} as const satisfies Record<string, keyof Schedule>;

const schedules: Record<keyof typeof golden.tables, Schedule> = {
  'linear-1000': createSchedule({ type: 'linear', steps: 1000 }),
  'linear-4000': createSchedule({ type: 'linear', steps: 4000, endsScaled: true }),
  'cosine-1000': createSchedule({ type: 'cosine', steps: 1000 }),
  'cosine-4000': createSchedule({ type: 'cosine', steps: 4000 }),
};

describe('the tables of guided-diffusion', () => {
  for (const [name, table] of Object.entries(golden.tables)) {
    const schedule = schedules[name as keyof typeof golden.tables];
    for (const [theirs, ours] of Object.entries(names)) {
      it(`${name}: ${ours}`, () => {
        const expected = table[theirs as keyof typeof names];
        table.index.forEach((t, i) => {
          expectClose(schedule[ours][t] as number, expected[i] as number);
        });
      });
    }
  }

  for (const [name, expected] of Object.entries(golden.respaced)) {
    it(`linear-1000 respaced to ${name}`, () => {
      const timesteps = spacedTimesteps(1000, parseSpacing(name)).reverse();
      expect(timesteps).toEqual(expected.timesteps);
      const schedule = respace(createSchedule(), timesteps);
      expect(schedule.timesteps).toEqual(expected.timesteps);
      expected.betas.forEach((beta, i) => {
        expectClose(schedule.betas[i] as number, beta);
        expectClose(schedule.alphaBars[i] as number, expected.alphas_cumprod[i] as number);
        expectClose(schedule.posteriorVariances[i] as number, expected.posterior_variance[i] as number);
      });
    });
  }
});

describe('respace', () => {
  const schedule = createSchedule({ steps: 100 });

  it('takes timesteps either way round, as spacedTimesteps gives them or ascending', () => {
    const descending = spacedTimesteps(100, { type: 'trailing', steps: 7 });
    const respaced = respace(schedule, descending);
    expect(respaced).toEqual(respace(schedule, [...descending].reverse()));
    expect(respaced.timesteps).toEqual([...descending].reverse());
    expect(respaced.alphaBars.at(-1)).toBeCloseTo(schedule.alphaBars[99] as number, 14);
  });

  it.each([[[3, 1, 2]], [[1, 3, 3]], [[-1, 4]], [[4, 100]], [[0.5, 1]], [[]]])('refuses %j', (timesteps) => {
    expect(() => respace(schedule, timesteps)).toThrow(/timestep/i);
  });
});

describe('createSchedule of a process that is built', () => {
  it('returns a schedule as it is, rather than the linear one of no options', () => {
    const schedule = createSchedule({ type: 'cosine', steps: 20 });
    expect(createSchedule(schedule)).toBe(schedule);
  });

  it('refuses a process of another kind, and one that went through JSON', () => {
    expect(() => createSchedule(edm() as object)).toThrow(/kind.*sigma/);
    expect(() => createSchedule(JSON.parse(JSON.stringify(createSchedule())))).toThrow('not JSON');
  });
});

it.each<[options: unknown, sentence: string]>([
  [{ type: 'cosine', stpes: 50 }, 'A cosine schedule has no option "stpes"; did you mean `steps`?'],
  [{ type: 'cosine', betaStart: 1e-4 }, 'A cosine schedule has no option "betaStart"'],
  [{ offset: 0.01 }, 'A linear schedule has no option "offset"'],
  [{ type: 'cosin' }, 'is none of linear, scaled-linear, '],
  ['cosine', 'A schedule is described by an object such as `{ type: \'cosine\' }`, not by "cosine".'],
  [null, 'not by null.'],
])('what describes no schedule is refused, not passed over: %o', (options, sentence) => {
  expect(() => createSchedule(options as object)).toThrow(sentence);
  expect(() => createProcess(options as object)).toThrow(sentence.replace('A schedule is', 'A process is'));
});

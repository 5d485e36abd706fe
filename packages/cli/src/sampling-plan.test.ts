import { planFor, sampleArrays, samplers, type TrainedAs } from '@denoiser/samplers/arrays';
import { createSchedule, edm, flow } from '@denoiser/schedules';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import golden from '../../samplers/test/fixtures/samplers.json';
import { describeError } from './errors';
import { addSamplerOptions, range, seeds } from './sampler-options';
import { samplerTable } from './sampler-table';
import { type SamplerFlags, samplerOptions } from './sampling-plan';

const parse = (args: string): SamplerFlags => {
  const command = addSamplerOptions(new Command().exitOverride());
  return command.parse(args.split(' ').filter(Boolean), { from: 'user' }).opts();
};
const linear = createSchedule();
const plan = (args: string, trained: TrainedAs = { process: linear }) => planFor(trained, samplerOptions(parse(args)));
const times = (args: string, trained?: TrainedAs) => plan(args, trained).steps.map((step) => step.model?.time);
const refusal = (args: string, trained?: TrainedAs): string => {
  try {
    plan(args, trained);
  } catch (error) {
    if (error instanceof Error && 'isDenoiserError' in error) return describeError(error);
    throw error;
  }
  throw new Error(`${args} is taken`);
};

const scaled: TrainedAs = { process: createSchedule({ type: 'scaled-linear' }) };
const zeroSnr = createSchedule({ type: 'scaled-linear', zeroTerminalSnr: true });

/** The configurations of diffusers in samplers.json, as they are typed. */
const typed: Record<keyof typeof golden, [args: string, trained: TrainedAs]> = {
  'ddpm-fixed-small-linear': ['--steps 20 --spacing leading', { process: linear }],
  'ddpm-fixed-large-linear': ['--steps 20 --spacing leading --variance beta', { process: linear }],
  'ddpm-fixed-small-clip': ['--steps 20 --spacing leading --threshold static', { process: linear }],
  'ddpm-cosine-v': [
    '--steps 20 --spacing trailing --noise-at-end',
    { process: createSchedule({ type: 'cosine' }), prediction: 'v' },
  ],
  'ddim-eta0-linear': ['--sampler ddim --steps 20', { process: linear }],
  'ddim-eta1-linear': ['--sampler ddim --eta 1 --steps 20', { process: linear }],
  'ddim-zero-snr-v': ['--sampler ddim --steps 20 --spacing trailing', { process: zeroSnr, prediction: 'v' }],
  'dpmpp-2m': ['--sampler dpmpp-2m --steps 15', scaled],
  'dpmpp-2m-karras': ['--sampler dpmpp-2m --steps 15 --sigmas karras', scaled],
  'dpmpp-3m': ['--sampler dpmpp-3m --steps 15', { process: linear }],
  'dpmpp-2m-sde': ['--sampler dpmpp-2m-sde --steps 15', scaled],
  'unipc-bh2': ['--sampler unipc --steps 12', scaled],
  euler: ['--sampler euler --steps 20', scaled],
  'euler-karras': ['--sampler euler --steps 20 --sigmas karras', scaled],
  'euler-ancestral': ['--sampler euler-a --steps 20', scaled],
  'heun-karras': ['--sampler heun --steps 10 --sigmas karras', scaled],
  pndm: ['--sampler plms --steps 15 --spacing leading --offset 1 --end first', scaled],
  lcm: ['--sampler lcm', scaled],
  'edm-euler': ['--sampler euler --steps 18', { process: edm() }],
  'flow-match-euler': ['--sampler euler --steps 12', { process: flow() }],
};

const formulas: Record<string, (x: number, t: number) => number> = {
  epsilon: (x, t) => 0.9 * x + 0.1 * Math.sin(3 * x + 0.01 * t),
  v_prediction: (x, t) => 0.3 * Math.sin(2 * x + 0.004 * t) - 0.1 * x,
  flow_prediction: (x, t) => 0.3 * Math.sin(2 * x + 0.004 * t) - 0.1 * x,
};

describe('schedulers of diffusers are written down as options', () => {
  it.each(Object.entries(typed).map(([name, [args, trained]]) => ({ name, args, trained })))(
    '$name: $args',
    async ({ name, args, trained }) => {
      const expected = golden[name as keyof typeof golden];
      const formula = formulas[expected.model] as (x: number, t: number) => number;
      const unclipped = args.includes('--threshold') || name === 'pndm' ? args : `${args} --noclip`;
      const noises: readonly number[][] = expected.noises;
      let drawn = 0;
      const steps = sampleArrays({
        model: (x: Float64Array, t) => x.map((value) => formula(value, t)),
        plan: plan(unclipped, trained),
        shape: expected.shape,
        noise: ({ purpose }) =>
          Float64Array.from(purpose === 'initial' ? expected.init_noise : (noises[drawn++] as number[])),
      });
      let last: number[] = [];
      for await (const { x } of steps) last = Array.from(x);
      const theirs = expected.trajectory.at(-1) as number[];
      const error = Math.max(...theirs.map((value, i) => Math.abs(value - (last[i] as number))));
      expect(error / Math.max(...theirs.map(Math.abs))).toBeLessThan(2e-4); // they count in float32
    },
  );
});

describe('steps', () => {
  it('of ddpm are all, or so many with both ends', () => {
    expect(times('')).toEqual(Array.from({ length: 1000 }, (_, i) => 999 - i));
    const few = times('--steps 7');
    expect([few.length, few[0], few.at(-1)]).toEqual([7, 999, 0]);
  });

  it('as the original counts end at t = 1', () => {
    expect(times('--original').slice(-2)).toEqual([2, 1]);
    const few = times('--original --steps 5');
    expect([few.length, few[0], few.at(-1)]).toEqual([5, 999, 1]);
  });

  it('have ways of spacing', () => {
    expect(times('--spacing leading --steps 5')).toEqual([800, 600, 400, 200, 0]);
    expect(times('--spacing trailing --steps 5')).toEqual([999, 799, 599, 399, 199]);
    expect(times('--spacing 1,2')).toEqual([999, 500, 0]);
    expect(times('--sampler ddim --spacing ddim4')).toEqual([750, 500, 250, 0]);
    expect(times('--sampler ddim --timesteps 900,40')).toEqual([900, 40]);
  });

  it('of dpm2 lie on a karras grid unless they are spaced otherwise', () => {
    const first = (args: string) => plan(`--sampler dpm2 --steps 5 ${args}`).steps.map(({ from }) => from);
    expect(first('')).toEqual(first('--sigmas karras'));
    expect(first('--spacing linspace')).not.toEqual(first(''));
  });

  it('default to those of the sampler, and to no more than half of those there are', () => {
    const short: TrainedAs = { process: createSchedule({ steps: 12 }) };
    expect(times('--sampler dpmpp-2m')).toHaveLength(20);
    expect(times('--sampler dpmpp-2m', short)).toHaveLength(6);
    expect(times('', short)).toHaveLength(12);
  });
});

describe('--all-levels', () => {
  it('keeps what samplers by σ leave out of a cosine schedule', () => {
    const cosine: TrainedAs = { process: createSchedule({ type: 'cosine' }), prediction: 'v' };
    expect(times('--sampler euler --steps 3', cosine)[0]).toBe(995);
    expect(times('--sampler euler --steps 3 --all-levels', cosine)[0]).toBe(999);
    expect(times('--sampler euler --steps 3 --all-levels')).toEqual(times('--sampler euler --steps 3'));
  });
});

describe('what does not fit is one sentence', () => {
  it.each([
    ['--sampler dpm++', /--sampler dpm\+\+: there is no such sampler; did you mean dpm2\?/],
    ['--sampler dpmpp2m', /did you mean dpmpp-2m/],
    ['--sampler toString', /no such sampler/],
    ['--sampler dpmpp-2m --eta 0.5', /--eta is for ddim and euler-a, not for dpmpp-2m/],
    ['--sampler unipc --order 4', /--order 4: unipc has the orders 1, 2, 3/],
    ['--sampler flow-sde', /flow-sde is for flow models, but this is one of discrete timesteps/],
    ['--sampler pndm --sigmas karras', /--sigmas does not fit pndm.*--spacing/],
    ['--sampler plms --threshold dynamic', /--threshold has no effect on plms/],
    ['--sampler repaint', /--inpaint and --mask/],
    ['--variance learned', /did not; use posterior or beta/],
    ['--sigmas edm', /--sigmas edm is for EDM models.*karras/],
    ['--sigma-max 3', /name it, like --sigmas karras/],
    ['--spacing leading --original', /--spacing and --original each/],
    ['--spacing often', /--spacing must be one of all, leading/],
    ['--spacing 10,10 --steps 5', /leave out --steps/],
    ['--timesteps 5,9', /descend/],
    ['--offset 1', /--spacing leading/],
    ['--shift 3', /flow models/],
    ['--noclip --threshold static', /--noclip is --threshold none/],
    ['--threshold-ratio 0.9', /--threshold dynamic/],
    ['--steps 1001', /--steps 1001 .*1000 steps/],
  ])('%s', (args, message) => {
    const sentence = refusal(args);
    expect(sentence).toMatch(message);
    expect(sentence).toMatch(/^[^\n`]+[.?]$/);
  });

  it('pairs of numbers', () => {
    expect(range('--interval')('0.3:5')).toEqual([0.3, 5]);
    expect(seeds('--between')('7:8')).toEqual([7, 8]);
    for (const text of ['5:1', '1', '1:2:3', ':', 'a:b'])
      expect(() => range('--interval')(text)).toThrow(/--interval .*0\.3:5/);
    for (const text of ['7', '7:-1', '1:2:3', '0.5:1'])
      expect(() => seeds('--between')(text)).toThrow(/--between .*7:8/);
  });

  it('--spacing for a continuous process', () => {
    expect(refusal('--sampler euler --spacing leading', { process: flow() })).toMatch(/continuous.*--sigmas/);
  });
});

it('a network that learned its variance is read so by every sampler, and used by ddpm', () => {
  const trained: TrainedAs = { process: linear, learnedVariance: true };
  expect(plan('--sampler ddim --steps 3', trained).learnedVariance).toBe(true);
  expect(plan('--steps 3', trained).steps[0]?.learnedNoise).toBeDefined();
  expect(plan('--steps 3 --variance beta', trained).steps[0]?.learnedNoise).toBeUndefined();
});

it('the table has a line for every sampler, within 180 columns', () => {
  const lines = samplerTable().split('\n');
  for (const name of Object.keys(samplers)) expect(lines.filter((line) => line.startsWith(`${name} `))).toHaveLength(1);
  expect(lines.join(' ')).toContain('euler-ancestral (euler-a)');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(180);
});

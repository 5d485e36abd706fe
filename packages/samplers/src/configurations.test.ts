import { betaSigmas, createSchedule, edm, exponentialSigmas, flow, noiseRatio, shiftSigma } from '@denoiser/schedules';
import { describe } from 'vitest';
import golden from '../test/fixtures/diffusers-0.40.json';
import { follow } from '../test/follow';
import {
  createPlan,
  ddim,
  ddpm,
  deis,
  dpm2,
  dpmppMultistep,
  euler,
  eulerAncestral,
  flowSde,
  heun,
  lcm,
  lms,
  type Plan,
  pndm,
  unipc,
} from './index';

/**
 * How configurations of diffusers' schedulers are written down here. The trajectories were computed with diffusers 0.40.0
 * and PyTorch 2.6 on the same formulas as those of samplers.json; each carries its configuration.
 */
const linear = createSchedule({ type: 'linear' });
const scaled = createSchedule({ type: 'scaled-linear' });
const cosine = createSchedule({ type: 'cosine' });
const zeroSnr = createSchedule({ type: 'scaled-linear', zeroTerminalSnr: true });
const leading = (steps: number, offset = 0) => ({ type: 'leading', steps, offset }) as const;
const even = (from: number, to: number, n: number) =>
  Array.from({ length: n }, (_, i) => from + (i * (to - from)) / (n - 1));
const flowTimes = (values: number[]) =>
  ({ type: 'explicit', values, times: values.map((s) => Math.trunc(s * 1000)) }) as const;

// diffusers cuts these grids' times in float32, where the first one falls to 998 or stays 999 by rounding: they are told.
const explicit = (values: number[], name: keyof typeof golden) =>
  ({ type: 'explicit', values, times: golden[name].timesteps }) as const;

const plans: Record<keyof typeof golden, Plan> = {
  'ddpm-large-v-trailing': createPlan({
    schedule: cosine,
    solver: ddpm({ variance: 'beta', noiseAtEnd: true }),
    prediction: 'v',
    steps: 10,
    spacing: 'trailing',
  }),
  'ddpm-linspace-x0': createPlan({ schedule: linear, solver: ddpm(), prediction: 'x0', steps: 7, spacing: 'linspace' }),
  'ddpm-dynamic': createPlan({
    schedule: linear,
    solver: ddpm(),
    steps: 8,
    threshold: { type: 'dynamic', ratio: 0.9, max: 1.5 },
  }),
  'ddpm-sigmoid-offset-clip': createPlan({
    schedule: createSchedule({ type: 'sigmoid-beta' }),
    solver: ddpm({ noiseAtEnd: true }),
    spacing: leading(8, 1),
    threshold: { type: 'static', min: -2, max: 2 },
  }),
  'ddpm-laplace': createPlan({ schedule: createSchedule({ type: 'laplace' }), solver: ddpm(), steps: 8 }),
  'ddpm-custom-timesteps': createPlan({
    schedule: scaled,
    solver: ddpm({ noiseAtEnd: true }),
    spacing: { type: 'explicit', timesteps: [990, 700, 333, 100, 20] },
  }),
  'ddpm-learned-range': createPlan({ schedule: linear, solver: ddpm({ variance: 'learned-range' }), steps: 8 }),
  'ddpm-zero-snr': createPlan({
    schedule: zeroSnr,
    solver: ddpm({ noiseAtEnd: true }),
    prediction: 'v',
    steps: 8,
    spacing: 'trailing',
  }),
  'ddpm-400': createPlan({ schedule: createSchedule({ steps: 400 }), solver: ddpm(), steps: 13 }),
  'ddim-clip': createPlan({ schedule: linear, solver: ddim({ eta: 0.5 }), steps: 8, threshold: true }),
  'ddim-clip-rederive': createPlan({
    schedule: linear,
    solver: ddim({ eta: 0.5, rederiveEps: true }),
    steps: 8,
    threshold: true,
  }),
  'ddim-first-offset': createPlan({ schedule: scaled, solver: ddim(), spacing: leading(9, 1), end: 'first' }),
  'ddim-linspace': createPlan({ schedule: linear, solver: ddim(), steps: 9, spacing: 'linspace', previous: 'stride' }),
  'ddim-trailing-odd': createPlan({
    schedule: linear,
    solver: ddim(),
    steps: 7,
    spacing: 'trailing',
    previous: 'stride',
  }),
  'ddim-x0-dynamic': createPlan({
    schedule: linear,
    solver: ddim(),
    steps: 7,
    prediction: 'x0',
    threshold: { type: 'dynamic', ratio: 0.8, max: 2 },
  }),
  'dpm-1': createPlan({ schedule: scaled, solver: dpmppMultistep({ order: 1 }), steps: 8 }),
  'dpm-3-short': createPlan({ schedule: scaled, solver: dpmppMultistep({ order: 3 }), steps: 8 }),
  'dpm-3-not-lower': createPlan({
    schedule: scaled,
    solver: dpmppMultistep({ order: 3, lowerOrderFinal: false }),
    steps: 8,
  }),
  'dpm-heun': createPlan({ schedule: scaled, solver: dpmppMultistep({ method: 'heun' }), steps: 9 }),
  'dpm-eps-2': createPlan({ schedule: scaled, solver: dpmppMultistep({ of: 'epsilon' }), steps: 9, end: 'first' }),
  'dpm-eps-2-heun': createPlan({
    schedule: scaled,
    solver: dpmppMultistep({ of: 'epsilon', method: 'heun' }),
    steps: 16,
    end: 'first',
  }),
  'dpm-eps-3': createPlan({
    schedule: scaled,
    solver: dpmppMultistep({ of: 'epsilon', order: 3 }),
    steps: 16,
    end: 'first',
  }),
  'dpm-sde-1': createPlan({ schedule: scaled, solver: dpmppMultistep({ sde: true, order: 1 }), steps: 8 }),
  'dpm-sde-heun': createPlan({ schedule: scaled, solver: dpmppMultistep({ sde: true, method: 'heun' }), steps: 8 }),
  'dpm-sde-3': createPlan({
    schedule: scaled,
    solver: dpmppMultistep({ sde: true, order: 3, curvature: 'diffusers' }),
    steps: 8,
  }),
  'dpm-sde-eps': createPlan({
    schedule: scaled,
    solver: dpmppMultistep({ sde: true, of: 'epsilon' }),
    steps: 8,
    end: 'first',
  }),
  'dpm-sde-eps-heun': createPlan({
    schedule: scaled,
    solver: dpmppMultistep({ sde: true, of: 'epsilon', method: 'heun' }),
    steps: 8,
    end: 'first',
  }),
  'dpm-karras-min': createPlan({
    schedule: scaled,
    solver: dpmppMultistep(),
    steps: 8,
    sigmas: 'karras',
    end: 'first',
  }),
  'dpm-exponential': createPlan({
    schedule: scaled,
    solver: dpmppMultistep(),
    sigmas: explicit(
      exponentialSigmas(8, { min: noiseRatio(scaled, 0), max: noiseRatio(scaled, 999) }),
      'dpm-exponential',
    ),
  }),
  'dpm-beta': createPlan({
    schedule: scaled,
    solver: dpmppMultistep(),
    sigmas: explicit(betaSigmas(8, { min: noiseRatio(scaled, 0), max: noiseRatio(scaled, 999) }), 'dpm-beta'),
  }),
  'dpm-lu': createPlan({ schedule: scaled, solver: dpmppMultistep(), steps: 8, sigmas: 'exponential' }),
  'dpm-v-leading': createPlan({
    schedule: scaled,
    solver: dpmppMultistep(),
    prediction: 'v',
    spacing: { type: 'leading', steps: 8, offset: 1, withoutLast: true },
  }),
  'dpm-x0-trailing': createPlan({
    schedule: linear,
    solver: dpmppMultistep(),
    prediction: 'x0',
    steps: 8,
    spacing: 'trailing',
  }),
  'dpm-euler-at-final': createPlan({
    schedule: scaled,
    solver: dpmppMultistep({ eulerAtFinal: true }),
    steps: 18,
    end: 'first',
  }),
  'dpm-dynamic': createPlan({
    schedule: scaled,
    solver: dpmppMultistep(),
    steps: 8,
    threshold: { type: 'dynamic', ratio: 0.995, max: 2 },
  }),
  'dpm-zero-snr': createPlan({
    schedule: zeroSnr,
    solver: dpmppMultistep(),
    prediction: 'v',
    steps: 8,
    spacing: 'trailing',
  }),
  'dpm-flow': createPlan({
    schedule: flow(),
    solver: dpmppMultistep(),
    sigmas: flowTimes(
      even(0, 0.999, 9)
        .slice(1)
        .reverse()
        .map((s) => shiftSigma(s, 3)),
    ),
  }),
  'unipc-1': createPlan({ schedule: scaled, solver: unipc({ order: 1 }), steps: 8 }),
  'unipc-3': createPlan({ schedule: scaled, solver: unipc({ order: 3 }), steps: 9 }),
  'unipc-eps': createPlan({ schedule: scaled, solver: unipc({ of: 'epsilon' }), steps: 9, end: 'first' }),
  'unipc-v-karras': createPlan({
    schedule: scaled,
    solver: unipc(),
    prediction: 'v',
    steps: 9,
    sigmas: 'karras',
  }),
  'unipc-disable': createPlan({ schedule: scaled, solver: unipc({ withoutCorrector: [0, 3] }), steps: 9 }),
  'unipc-not-lower': createPlan({
    schedule: scaled,
    solver: unipc({ lowerOrderFinal: false }),
    steps: 9,
    end: 'first',
  }),
  'unipc-flow': createPlan({
    schedule: flow(),
    solver: unipc(),
    sigmas: flowTimes(
      even(1, 0.001, 9)
        .slice(0, 8)
        .map((s) => Math.min(shiftSigma(s, 3), 1 - 1e-6)),
    ),
  }),
  'euler-v-leading': createPlan({ schedule: scaled, solver: euler(), prediction: 'v', spacing: leading(8, 1) }),
  'euler-trailing-x0': createPlan({
    schedule: scaled,
    solver: euler(),
    prediction: 'x0',
    steps: 8,
    spacing: 'trailing',
  }),
  'euler-exponential-first': createPlan({
    schedule: scaled,
    solver: euler(),
    steps: 8,
    sigmas: 'exponential',
    end: 'first',
  }),
  'euler-beta': createPlan({ schedule: scaled, solver: euler(), steps: 8, sigmas: 'beta' }),
  'euler-loglinear': createPlan({
    schedule: scaled,
    solver: euler(),
    sigmas: {
      type: 'explicit',
      values: even(Math.log(14.6146453), Math.log(0.02916753), 9).slice(0, 8).map(Math.exp),
      times: even(999, 0, 8),
    },
    end: 'first',
  }),
  'euler-continuous': createPlan({
    schedule: scaled,
    solver: euler(),
    prediction: 'v',
    steps: 8,
    sigmas: { type: 'karras', min: 0.05, max: 10 },
    time: 'log-sigma',
  }),
  'euler-zero-snr': createPlan({ schedule: zeroSnr, solver: euler(), prediction: 'v', steps: 8, spacing: 'trailing' }),
  'euler-leading-karras': createPlan({
    schedule: scaled,
    solver: euler(),
    steps: 8,
    spacing: 'leading',
    sigmas: 'karras',
  }),
  'euler-churn': createPlan({
    schedule: scaled,
    solver: euler({ churn: 4, churnMin: 0.1, churnMax: 10, churnNoise: 1.01 }),
    steps: 8,
  }),
  'eulera-v-leading': createPlan({
    schedule: scaled,
    solver: eulerAncestral(),
    prediction: 'v',
    steps: 8,
    spacing: 'leading',
  }),
  'eulera-trailing': createPlan({ schedule: linear, solver: eulerAncestral(), steps: 8, spacing: 'trailing' }),
  'heun-v': createPlan({ schedule: scaled, solver: heun(), prediction: 'v', steps: 6 }),
  'heun-exponential-clip': createPlan({
    schedule: scaled,
    solver: heun(),
    steps: 6,
    sigmas: 'exponential',
    threshold: true,
  }),
  'heun-beta-trailing': createPlan({ schedule: scaled, solver: heun(), steps: 6, spacing: 'trailing', sigmas: 'beta' }),
  'heun-exp-betas': createPlan({ schedule: createSchedule({ type: 'exponential' }), solver: heun(), steps: 6 }),
  'pndm-prk': createPlan({ schedule: scaled, solver: pndm(), steps: 9, end: 'first' }),
  'pndm-prk-12': createPlan({ schedule: linear, solver: pndm(), steps: 12 }),
  'pndm-plms-v': createPlan({
    schedule: scaled,
    solver: pndm({ plms: true }),
    prediction: 'v',
    steps: 9,
    end: 'first',
  }),
  'lcm-8': createPlan({ schedule: scaled, solver: lcm(), spacing: { type: 'lcm', steps: 8, originalSteps: 25 } }),
  'lcm-v-clip': createPlan({
    schedule: scaled,
    solver: lcm({ timestepScaling: 5 }),
    prediction: 'v',
    steps: 3,
    threshold: true,
  }),
  'lcm-3': createPlan({ schedule: scaled, solver: lcm(), steps: 7 }),
  'edm-v-exponential': createPlan({
    schedule: edm({ sigmaData: 1, prediction: 'v' }),
    solver: euler(),
    steps: 8,
    sigmas: 'exponential',
  }),
  'edm-small-first': createPlan({
    schedule: edm({ sigmaMin: 0.01, sigmaMax: 20 }),
    solver: euler(),
    steps: 8,
    sigmas: { type: 'karras', rho: 5 },
    end: 'first',
  }),
  'flow-shift': createPlan({ schedule: flow({ shift: 3 }), solver: euler(), steps: 8 }),
  'flow-dynamic': createPlan({
    schedule: flow(),
    solver: euler(),
    steps: 8,
    sigmas: { type: 'flow', shift: Math.exp(0.8) },
  }),
  'flow-terminal': createPlan({
    schedule: flow({ shift: 2 }),
    solver: euler(),
    steps: 8,
    sigmas: { type: 'flow', shift: 2, min: shiftSigma(1e-3, 2), terminal: 0.1 },
  }),
  'flow-karras': createPlan({ schedule: flow(), solver: euler(), steps: 8, sigmas: 'karras' }),
  'flow-beta': createPlan({ schedule: flow(), solver: euler(), steps: 8, sigmas: 'beta' }),
  'flow-stochastic': createPlan({ schedule: flow(), solver: flowSde(), steps: 8 }),
  'deis-3': createPlan({ schedule: scaled, solver: deis(), steps: 16, end: 'first' }),
  'deis-2': createPlan({ schedule: scaled, solver: deis({ order: 2 }), steps: 8, end: 'first' }),
  kdpm2: createPlan({ schedule: scaled, solver: dpm2(), steps: 6 }),
  lms: createPlan({ schedule: scaled, solver: lms(), steps: 8, sigmas: 'karras' }),
};

describe('configurations of diffusers', () => {
  for (const [name, expected] of Object.entries(golden)) follow(name, plans[name as keyof typeof golden], expected);
});

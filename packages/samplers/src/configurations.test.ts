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
 * How configurations of diffusers' schedulers are written down here. The trajectories were computed with diffusers
 * 0.40.0 and PyTorch 2.6 on the same formulas as those of samplers.json; each carries its configuration. They visit the
 * levels without signal, too.
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
    process: cosine,
    solver: ddpm({ variance: 'beta', noiseAtEnd: true }),
    prediction: 'v',
    steps: 10,
    spacing: 'trailing',
  }),
  'ddpm-linspace-x0': createPlan({ process: linear, solver: ddpm(), prediction: 'x0', steps: 7, spacing: 'linspace' }),
  'ddpm-dynamic': createPlan({
    process: linear,
    solver: ddpm(),
    steps: 8,
    threshold: { type: 'dynamic', ratio: 0.9, max: 1.5 },
  }),
  'ddpm-sigmoid-offset-clip': createPlan({
    process: createSchedule({ type: 'sigmoid-beta' }),
    solver: ddpm({ noiseAtEnd: true }),
    spacing: leading(8, 1),
    threshold: { type: 'static', min: -2, max: 2 },
  }),
  'ddpm-laplace': createPlan({ process: createSchedule({ type: 'laplace' }), solver: ddpm(), steps: 8 }),
  'ddpm-custom-timesteps': createPlan({
    process: scaled,
    solver: ddpm({ noiseAtEnd: true }),
    spacing: { type: 'explicit', timesteps: [990, 700, 333, 100, 20] },
  }),
  'ddpm-learned-range': createPlan({ process: linear, solver: ddpm({ variance: 'learned-range' }), steps: 8 }),
  'ddpm-zero-snr': createPlan({
    process: zeroSnr,
    solver: ddpm({ noiseAtEnd: true }),
    prediction: 'v',
    steps: 8,
    spacing: 'trailing',
  }),
  'ddpm-400': createPlan({ process: createSchedule({ steps: 400 }), solver: ddpm(), steps: 13 }),
  'ddim-clip': createPlan({ process: linear, solver: ddim({ eta: 0.5 }), steps: 8, threshold: true }),
  'ddim-clip-rederive': createPlan({
    process: linear,
    solver: ddim({ eta: 0.5, rederiveEps: true }),
    steps: 8,
    threshold: true,
  }),
  'ddim-first-offset': createPlan({ process: scaled, solver: ddim(), spacing: leading(9, 1), end: 'first' }),
  'ddim-linspace': createPlan({ process: linear, solver: ddim(), steps: 9, spacing: 'linspace', previous: 'stride' }),
  'ddim-trailing-odd': createPlan({
    process: linear,
    solver: ddim(),
    steps: 7,
    spacing: 'trailing',
    previous: 'stride',
  }),
  'ddim-x0-dynamic': createPlan({
    process: linear,
    solver: ddim(),
    steps: 7,
    prediction: 'x0',
    threshold: { type: 'dynamic', ratio: 0.8, max: 2 },
  }),
  'dpm-1': createPlan({ process: scaled, solver: dpmppMultistep({ order: 1 }), steps: 8 }),
  'dpm-3-short': createPlan({ process: scaled, solver: dpmppMultistep({ order: 3 }), steps: 8 }),
  'dpm-3-not-lower': createPlan({
    process: scaled,
    solver: dpmppMultistep({ order: 3, lowerOrderFinal: false }),
    steps: 8,
  }),
  'dpm-heun': createPlan({ process: scaled, solver: dpmppMultistep({ method: 'heun' }), steps: 9 }),
  'dpm-eps-2': createPlan({ process: scaled, solver: dpmppMultistep({ of: 'epsilon' }), steps: 9, end: 'first' }),
  'dpm-eps-2-heun': createPlan({
    process: scaled,
    solver: dpmppMultistep({ of: 'epsilon', method: 'heun' }),
    steps: 16,
    end: 'first',
  }),
  'dpm-eps-3': createPlan({
    process: scaled,
    solver: dpmppMultistep({ of: 'epsilon', order: 3 }),
    steps: 16,
    end: 'first',
  }),
  'dpm-sde-1': createPlan({ process: scaled, solver: dpmppMultistep({ sde: true, order: 1 }), steps: 8 }),
  'dpm-sde-heun': createPlan({ process: scaled, solver: dpmppMultistep({ sde: true, method: 'heun' }), steps: 8 }),
  'dpm-sde-3': createPlan({
    process: scaled,
    solver: dpmppMultistep({ sde: true, order: 3, curvature: 'diffusers' }),
    steps: 8,
  }),
  'dpm-sde-eps': createPlan({
    process: scaled,
    solver: dpmppMultistep({ sde: true, of: 'epsilon' }),
    steps: 8,
    end: 'first',
  }),
  'dpm-sde-eps-heun': createPlan({
    process: scaled,
    solver: dpmppMultistep({ sde: true, of: 'epsilon', method: 'heun' }),
    steps: 8,
    end: 'first',
  }),
  'dpm-karras-min': createPlan({
    process: scaled,
    solver: dpmppMultistep(),
    steps: 8,
    sigmas: 'karras',
    end: 'first',
  }),
  'dpm-exponential': createPlan({
    process: scaled,
    solver: dpmppMultistep(),
    sigmas: explicit(
      exponentialSigmas(8, { min: noiseRatio(scaled, 0), max: noiseRatio(scaled, 999) }),
      'dpm-exponential',
    ),
  }),
  'dpm-beta': createPlan({
    process: scaled,
    solver: dpmppMultistep(),
    sigmas: explicit(betaSigmas(8, { min: noiseRatio(scaled, 0), max: noiseRatio(scaled, 999) }), 'dpm-beta'),
  }),
  'dpm-lu': createPlan({ process: scaled, solver: dpmppMultistep(), steps: 8, sigmas: 'exponential' }),
  'dpm-v-leading': createPlan({
    process: scaled,
    solver: dpmppMultistep(),
    prediction: 'v',
    spacing: { type: 'leading', steps: 8, offset: 1, withoutLast: true },
  }),
  'dpm-x0-trailing': createPlan({
    process: linear,
    solver: dpmppMultistep(),
    prediction: 'x0',
    steps: 8,
    spacing: 'trailing',
  }),
  'dpm-euler-at-final': createPlan({
    process: scaled,
    solver: dpmppMultistep({ eulerAtFinal: true }),
    steps: 18,
    end: 'first',
  }),
  'dpm-dynamic': createPlan({
    process: scaled,
    solver: dpmppMultistep(),
    steps: 8,
    threshold: { type: 'dynamic', ratio: 0.995, max: 2 },
  }),
  'dpm-zero-snr': createPlan({
    process: zeroSnr,
    solver: dpmppMultistep(),
    prediction: 'v',
    steps: 8,
    spacing: 'trailing',
    allLevels: true,
  }),
  'dpm-flow': createPlan({
    process: flow(),
    solver: dpmppMultistep(),
    sigmas: flowTimes(
      even(0, 0.999, 9)
        .slice(1)
        .reverse()
        .map((s) => shiftSigma(s, 3)),
    ),
  }),
  'unipc-1': createPlan({ process: scaled, solver: unipc({ order: 1 }), steps: 8 }),
  'unipc-3': createPlan({ process: scaled, solver: unipc({ order: 3 }), steps: 9 }),
  'unipc-eps': createPlan({ process: scaled, solver: unipc({ of: 'epsilon' }), steps: 9, end: 'first' }),
  'unipc-v-karras': createPlan({
    process: scaled,
    solver: unipc(),
    prediction: 'v',
    steps: 9,
    sigmas: 'karras',
  }),
  'unipc-disable': createPlan({ process: scaled, solver: unipc({ withoutCorrector: [0, 3] }), steps: 9 }),
  'unipc-not-lower': createPlan({
    process: scaled,
    solver: unipc({ lowerOrderFinal: false }),
    steps: 9,
    end: 'first',
  }),
  'unipc-flow': createPlan({
    process: flow(),
    solver: unipc(),
    sigmas: flowTimes(
      even(1, 0.001, 9)
        .slice(0, 8)
        .map((s) => Math.min(shiftSigma(s, 3), 1 - 1e-6)),
    ),
  }),
  'euler-v-leading': createPlan({ process: scaled, solver: euler(), prediction: 'v', spacing: leading(8, 1) }),
  'euler-trailing-x0': createPlan({
    process: scaled,
    solver: euler(),
    prediction: 'x0',
    steps: 8,
    spacing: 'trailing',
  }),
  'euler-exponential-first': createPlan({
    process: scaled,
    solver: euler(),
    steps: 8,
    sigmas: 'exponential',
    end: 'first',
  }),
  'euler-beta': createPlan({ process: scaled, solver: euler(), steps: 8, sigmas: 'beta' }),
  'euler-loglinear': createPlan({
    process: scaled,
    solver: euler(),
    sigmas: {
      type: 'explicit',
      values: even(Math.log(14.6146453), Math.log(0.02916753), 9).slice(0, 8).map(Math.exp),
      times: even(999, 0, 8),
    },
    end: 'first',
  }),
  'euler-continuous': createPlan({
    process: scaled,
    solver: euler(),
    prediction: 'v',
    steps: 8,
    sigmas: { type: 'karras', min: 0.05, max: 10 },
    time: 'log-sigma',
  }),
  'euler-zero-snr': createPlan({
    process: zeroSnr,
    solver: euler(),
    prediction: 'v',
    steps: 8,
    spacing: 'trailing',
    allLevels: true,
  }),
  'euler-leading-karras': createPlan({
    process: scaled,
    solver: euler(),
    steps: 8,
    spacing: 'leading',
    sigmas: 'karras',
  }),
  'euler-churn': createPlan({
    process: scaled,
    solver: euler({ churn: 4, churnMin: 0.1, churnMax: 10, churnNoise: 1.01 }),
    steps: 8,
  }),
  'eulera-v-leading': createPlan({
    process: scaled,
    solver: eulerAncestral(),
    prediction: 'v',
    steps: 8,
    spacing: 'leading',
  }),
  'eulera-trailing': createPlan({ process: linear, solver: eulerAncestral(), steps: 8, spacing: 'trailing' }),
  'heun-v': createPlan({ process: scaled, solver: heun(), prediction: 'v', steps: 6 }),
  'heun-exponential-clip': createPlan({
    process: scaled,
    solver: heun(),
    steps: 6,
    sigmas: 'exponential',
    threshold: true,
  }),
  'heun-beta-trailing': createPlan({ process: scaled, solver: heun(), steps: 6, spacing: 'trailing', sigmas: 'beta' }),
  'heun-exp-betas': createPlan({
    process: createSchedule({ type: 'exponential' }),
    solver: heun(),
    steps: 6,
    allLevels: true,
  }),
  'pndm-prk': createPlan({ process: scaled, solver: pndm(), steps: 9, end: 'first' }),
  'pndm-prk-12': createPlan({ process: linear, solver: pndm(), steps: 12 }),
  'pndm-plms-v': createPlan({
    process: scaled,
    solver: pndm({ plms: true }),
    prediction: 'v',
    steps: 9,
    end: 'first',
  }),
  'lcm-8': createPlan({ process: scaled, solver: lcm(), spacing: { type: 'lcm', steps: 8, originalSteps: 25 } }),
  'lcm-v-clip': createPlan({
    process: scaled,
    solver: lcm({ timestepScaling: 5 }),
    prediction: 'v',
    steps: 3,
    threshold: true,
  }),
  'lcm-3': createPlan({ process: scaled, solver: lcm(), steps: 7 }),
  'edm-v-exponential': createPlan({
    process: edm({ sigmaData: 1, prediction: 'v' }),
    solver: euler(),
    steps: 8,
    sigmas: 'exponential',
  }),
  'edm-small-first': createPlan({
    process: edm({ sigmaMin: 0.01, sigmaMax: 20 }),
    solver: euler(),
    steps: 8,
    sigmas: { type: 'karras', rho: 5 },
    end: 'first',
  }),
  'flow-shift': createPlan({ process: flow({ shift: 3 }), solver: euler(), steps: 8 }),
  'flow-dynamic': createPlan({
    process: flow(),
    solver: euler(),
    steps: 8,
    sigmas: { type: 'flow', shift: Math.exp(0.8) },
  }),
  'flow-terminal': createPlan({
    process: flow({ shift: 2 }),
    solver: euler(),
    steps: 8,
    sigmas: { type: 'flow', shift: 2, min: shiftSigma(1e-3, 2), terminal: 0.1 },
  }),
  'flow-karras': createPlan({ process: flow(), solver: euler(), steps: 8, sigmas: 'karras' }),
  'flow-beta': createPlan({ process: flow(), solver: euler(), steps: 8, sigmas: 'beta' }),
  'flow-stochastic': createPlan({ process: flow(), solver: flowSde(), steps: 8 }),
  'deis-3': createPlan({ process: scaled, solver: deis(), steps: 16, end: 'first' }),
  'deis-2': createPlan({ process: scaled, solver: deis({ order: 2 }), steps: 8, end: 'first' }),
  kdpm2: createPlan({ process: scaled, solver: dpm2(), steps: 6 }),
  lms: createPlan({ process: scaled, solver: lms(), steps: 8, sigmas: 'karras' }),
};

describe('configurations of diffusers', () => {
  for (const [name, expected] of Object.entries(golden)) follow(name, plans[name as keyof typeof golden], expected);
});

import { createSchedule, edm, flow } from '@denoiser/schedules';
import { describe, expect, it } from 'vitest';
import golden from '../test/fixtures/samplers.json';
import {
  createPlan,
  ddim,
  ddpm,
  dpmppMultistep,
  euler,
  eulerAncestral,
  heun,
  lcm,
  type Plan,
  pndm,
  sampleArrays,
  unipc,
} from './index';

const linear = createSchedule({ type: 'linear' });
const scaled = createSchedule({ type: 'scaled-linear' });
const cosine = createSchedule({ type: 'cosine' });

const plans: Record<keyof typeof golden, Plan> = {
  'ddpm-fixed-small-linear': createPlan({ schedule: linear, solver: ddpm(), steps: 20 }),
  'ddpm-fixed-large-linear': createPlan({ schedule: linear, solver: ddpm({ variance: 'beta' }), steps: 20 }),
  'ddpm-fixed-small-clip': createPlan({ schedule: linear, solver: ddpm(), steps: 20, threshold: true }),
  'ddpm-cosine-v': createPlan({
    schedule: cosine,
    solver: ddpm({ noiseAtEnd: true }),
    steps: 20,
    spacing: 'trailing',
    prediction: 'v',
  }),
  'ddim-eta0-linear': createPlan({ schedule: linear, solver: ddim(), steps: 20 }),
  'ddim-eta1-linear': createPlan({ schedule: linear, solver: ddim({ eta: 1 }), steps: 20 }),
  'ddim-zero-snr-v': createPlan({
    schedule: createSchedule({ type: 'scaled-linear', zeroTerminalSnr: true }),
    solver: ddim(),
    steps: 20,
    spacing: 'trailing',
    prediction: 'v',
  }),
  'dpmpp-2m': createPlan({ schedule: scaled, solver: dpmppMultistep(), steps: 15 }),
  'dpmpp-2m-karras': createPlan({ schedule: scaled, solver: dpmppMultistep(), steps: 15, sigmas: 'karras' }),
  'dpmpp-3m': createPlan({ schedule: linear, solver: dpmppMultistep({ order: 3 }), steps: 15 }),
  'dpmpp-2m-sde': createPlan({ schedule: scaled, solver: dpmppMultistep({ sde: true }), steps: 15 }),
  'unipc-bh2': createPlan({ schedule: scaled, solver: unipc(), steps: 12 }),
  euler: createPlan({ schedule: scaled, solver: euler(), steps: 20 }),
  'euler-karras': createPlan({ schedule: scaled, solver: euler(), steps: 20, sigmas: 'karras' }),
  'euler-ancestral': createPlan({ schedule: scaled, solver: eulerAncestral(), steps: 20 }),
  'heun-karras': createPlan({ schedule: scaled, solver: heun(), steps: 10, sigmas: 'karras' }),
  pndm: createPlan({
    schedule: scaled,
    solver: pndm({ plms: true }),
    spacing: { type: 'leading', steps: 15, offset: 1 },
    end: 'first',
  }),
  lcm: createPlan({ schedule: scaled, solver: lcm(), steps: 4 }),
  'edm-euler': createPlan({ schedule: edm(), solver: euler(), steps: 18 }),
  'flow-match-euler': createPlan({ schedule: flow(), solver: euler(), steps: 12 }),
};

const formulas: Record<string, (x: number, t: number) => number> = {
  epsilon: (x, t) => 0.9 * x + 0.1 * Math.sin(3 * x + 0.01 * t),
  v_prediction: (x, t) => 0.3 * Math.sin(2 * x + 0.004 * t) - 0.1 * x,
  flow_prediction: (x, t) => 0.3 * Math.sin(2 * x + 0.004 * t) - 0.1 * x,
};

describe('the trajectories of diffusers', () => {
  for (const [name, expected] of Object.entries(golden)) {
    const plan = plans[name as keyof typeof golden];

    it(`${name}: timesteps`, () => {
      const times = plan.steps.map((step) => step.model?.time ?? Number.NaN);
      expect(times).toHaveLength(expected.timesteps.length);
      times.forEach((time, i) => {
        const theirs = expected.timesteps[i] as number;
        expect(Math.abs(time - theirs)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(theirs)));
      });
    });

    it(`${name}: first scale`, () => {
      expect(plan.initialScale / expected.init_noise_sigma).toBeCloseTo(1, 5);
    });

    it(`${name}: every step`, async () => {
      const formula = formulas[expected.model] as (x: number, t: number) => number;
      let drawn = 0;
      const steps = sampleArrays({
        model: (x: Float64Array, t) => x.map((value) => formula(value, t)),
        plan,
        shape: expected.shape,
        noise: ({ purpose }) =>
          Float64Array.from(purpose === 'initial' ? expected.init_noise : (expected.noises[drawn++] as number[])),
      });
      let count = 0;
      for await (const { index, x } of steps) {
        const theirs = expected.trajectory[index] as number[];
        const scale = Math.max(...theirs.map(Math.abs));
        const error = Math.max(...theirs.map((value, i) => Math.abs(value - (x[i] as number))));
        expect(error / scale, `step ${index}`).toBeLessThan(2e-4);
        count++;
      }
      expect(count).toBe(expected.trajectory.length);
      // diffusers draws noise for some last steps and multiplies it by 0; we don't draw it.
      expect([0, 1]).toContain(expected.noises.length - drawn);
    });
  }
});

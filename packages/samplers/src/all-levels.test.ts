import { createSchedule, LEAST_LAMBDA } from '@denoiser/schedules';
import { describe, expect, it } from 'vitest';
import { createPlan, ddim, dpmppMultistep, heun, type Plan, planFor, pndm, samplers } from './index';

const cosine = createSchedule({ type: 'cosine' });
const model = { process: cosine, prediction: 'v' } as const;
const lambda = ({ start: { alpha, sigma } }: Plan) => Math.log(alpha / sigma);
const firstTime = (plan: Plan) => plan.steps[0]?.model?.time as number;
const MOST_RATIO = Math.exp(-LEAST_LAMBDA);

/** Those that go by λ, σ/α or a grid of it. */
const byNoise = Object.keys(samplers).filter(
  (name) => samplers[name]?.kinds.includes('discrete') && samplers[name]?.create({}).coordinates !== 'schedule',
);

describe('on a cosine schedule', () => {
  it.each(byNoise)('%s begins where there is signal, unless all levels are asked for', (sampler) => {
    const plan = planFor(model, { sampler });
    expect(lambda(plan)).toBeGreaterThanOrEqual(LEAST_LAMBDA - 1e-9);
    expect(lambda(plan)).toBeLessThan(LEAST_LAMBDA + 0.3);
    expect(lambda(planFor(model, { sampler, allLevels: true }))).toBeLessThan(-9);
  });

  it.each(['karras', 'exponential', 'polyexponential', 'beta'] as const)('a grid by %s does, too', (sigmas) => {
    for (const sampler of ['heun', 'ddim', 'ddpm']) {
      const { start } = planFor(model, { sampler, sigmas, steps: 10 });
      expect(start.sigma / start.alpha).toBeLessThanOrEqual(MOST_RATIO * (1 + 1e-9));
    }
    const whole = planFor(model, { sampler: 'heun', sigmas, steps: 10, allLevels: true }).start;
    expect(whole.sigma / whole.alpha).toBeGreaterThan(20_000);
  });

  it('a grid goes as far as it is told to', () => {
    const { start } = planFor(model, { sampler: 'heun', sigmas: 'karras', sigmaMax: 5000, steps: 10 });
    expect(start.sigma / start.alpha).toBeCloseTo(5000, 6);
  });

  it.each(['all', 'leading', 'trailing', 'linspace'] as const)('spacing %s leaves out the same', (spacing) => {
    const times = createPlan({ ...model, solver: dpmppMultistep(), spacing, steps: 50 }).steps.map(
      (s) => s.model?.time,
    );
    expect(Math.max(...(times as number[]))).toBeLessThan(996);
  });

  it('timesteps that are named are taken as they are', () => {
    const spacing = { type: 'explicit', timesteps: [999, 500, 10] } as const;
    expect(firstTime(createPlan({ ...model, solver: dpmppMultistep(), spacing }))).toBe(999);
  });

  it('there are fewer steps to be taken, and a sentence says why', () => {
    expect(planFor(model, { sampler: 'euler', steps: 996 }).steps).toHaveLength(996);
    expect(() => planFor(model, { sampler: 'euler', steps: 1000 })).toThrow(
      '`steps` 1000 is more than there are; 996 of the 1000 of the diffusion hold signal, and euler leaves out the others unless `allLevels` asks for them.',
    );
    expect(planFor(model, { sampler: 'euler', steps: 1000, allLevels: true }).steps).toHaveLength(1000);
    expect(planFor(model, { sampler: 'ddpm', steps: 1000 }).steps).toHaveLength(1000);
  });

  it('leading spacing is trailing: what it leaves out is seen in pictures', () => {
    for (const sampler of ['ddim', 'pndm', 'plms']) expect(firstTime(planFor(model, { sampler }))).toBe(999);
    expect(firstTime(createPlan({ ...model, solver: ddim(), steps: 50, spacing: 'leading' }))).toBe(980);
    // Of a model of ε the end tells nothing.
    expect(firstTime(createPlan({ process: cosine, solver: ddim(), steps: 50 }))).toBe(980);
    expect(firstTime(createPlan({ process: cosine, solver: pndm(), steps: 50 }))).toBe(980);
  });
});

describe('on a linear schedule', () => {
  it('nothing is left out', () => {
    for (const solver of [heun(), dpmppMultistep(), ddim()]) {
      for (const steps of [10, 50]) {
        const options = { process: createSchedule(), solver, steps };
        expect(createPlan({ ...options, allLevels: true })).toEqual(createPlan(options));
      }
    }
  });

  it('a sentence says where the option has no use', () => {
    expect(() => planFor({ process: { kind: 'flow' } }, { allLevels: true })).toThrow('`allLevels` is for models');
  });
});

describe('churn', () => {
  it('never raises the noise above what the model was trained on', () => {
    const process = createSchedule({ type: 'scaled-linear' });
    for (const sampler of ['edm', 'euler']) {
      const { start, steps } = planFor({ process }, { sampler, churn: 40, churnMax: 1e9, steps: 20 });
      for (const { to } of steps) expect(to.sigma / to.alpha).toBeLessThanOrEqual(start.sigma / start.alpha + 1e-9);
    }
  });
});

describe('a plan that leads nowhere is refused in a sentence', () => {
  it.each(['leading', 'quadratic', 'ddim1', '1'])('spacing %s of one step', (spacing) => {
    const steps = /\d/.test(spacing) ? {} : { steps: 1 };
    expect(() => planFor(model, { sampler: 'ddim', spacing, ...steps })).toThrow('use trailing, or more');
  });

  it('one level from the end that it ends at', () => {
    const process = createSchedule({ steps: 1 });
    expect(() => planFor({ process }, { sampler: 'dpm-2m' })).toThrow('as much noise as it begins with');
  });

  it.each([
    { sampler: 'repaint', inpaint: true, resamples: 1e9 },
    { sampler: 'ddim', steps: 1e9 },
  ])('%j is too long', (options) => {
    const attempt = () => planFor({ process: createSchedule() }, options);
    expect(attempt).toThrow(expect.objectContaining({ isDenoiserError: true }));
    for (const process of [{ kind: 'sigma' }, { kind: 'flow' }, { kind: 'angle' }] as const) {
      expect(() => planFor({ process }, options)).toThrow(expect.objectContaining({ isDenoiserError: true }));
    }
  });
});

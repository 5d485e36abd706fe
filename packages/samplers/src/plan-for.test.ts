import { angle, createSchedule, edm, flow } from '@denoiser/schedules';
import { describe, expect, it } from 'vitest';
import {
  createPlan,
  ddim,
  ddimInversion,
  findSampler,
  inversionPlansFor,
  type Plan,
  planFor,
  type SamplerOptions,
  samplerOptionNames,
  samplers,
  type TrainedAs,
} from './index';

const linear: TrainedAs = { process: { type: 'linear' } };
const times = (plan: Plan) => plan.steps.map(({ model }) => model?.time);

describe('the table of named samplers', () => {
  it.each(Object.entries(samplers))(
    '%s says what its solver is, and has a plan for each kind of process',
    (name, sampler) => {
      const solver = sampler.create({});
      expect(solver.kinds ?? ['discrete', 'sigma', 'angle', 'flow']).toEqual(sampler.kinds);
      const processes = { discrete: createSchedule(), sigma: edm(), angle: angle(), flow: flow() };
      for (const kind of sampler.kinds) {
        const plan = planFor({ process: processes[kind] }, { sampler: name, inpaint: sampler.needsInpainting });
        expect(plan.solver).toBe(solver.name);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }
      for (const option of sampler.takes ?? []) expect(samplerOptionNames).toContain(option);
    },
  );

  it('has no name twice, aliases included', () => {
    const names = Object.entries(samplers).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(findSampler(name).sampler).toBeDefined();
    expect(findSampler('euler-ancestral').name).toBe('euler-a');
  });
});

describe('planFor', () => {
  it('takes a process or its options', () => {
    const options = { sampler: 'dpmpp-2m', steps: 7 };
    const built = planFor({ process: createSchedule({ type: 'cosine', steps: 200 }) }, options);
    expect(planFor({ process: { type: 'cosine', steps: 200 } }, options)).toEqual(built);
    expect(planFor({ process: { kind: 'flow', shift: 3 } }, options)).toEqual(
      planFor({ process: flow({ shift: 3 }) }, options),
    );
  });

  it('keeps a learned variance in the plan, which ddpm makes use of', () => {
    const model = { ...linear, learnedVariance: true };
    expect(planFor(model, { sampler: 'ddim' }).learnedVariance).toBe(true);
    expect(planFor(model, { steps: 3 }).steps[0]?.learnedNoise).toBeDefined();
    expect(planFor(linear, { steps: 3 }).learnedVariance).toBe(false);
  });

  it('does not mind options that are there and undefined', () => {
    const options = { sampler: 'ddim', steps: 5 };
    expect(planFor(linear, { ...options, eta: undefined, sigmas: undefined } as SamplerOptions)).toEqual(
      planFor(linear, options),
    );
  });

  it.each([
    [100, 0.29, 29],
    [50, 0.58, 29],
    [1000, 0.001, 1],
    [10, 0.05, 1],
    [7, 1, 7],
  ])('of %i steps, a strength of %f runs %i', (steps, strength, run) => {
    expect(planFor(linear, { sampler: 'ddim', steps, strength }).steps).toHaveLength(run);
  });

  it('of ddim has an ε that adds up with the x0 that was clipped, unless it is not to', () => {
    const plan = (solver: Parameters<typeof ddim>[0], threshold: boolean) =>
      createPlan({ process: { type: 'linear' }, solver: ddim(solver), steps: 5, threshold });
    expect(planFor(linear, { sampler: 'ddim', steps: 5 })).toEqual(plan({ rederiveEps: true }, true));
    expect(planFor(linear, { sampler: 'ddim', steps: 5, rederive: false })).toEqual(plan({}, true));
    expect(planFor(linear, { sampler: 'ddim', steps: 5, threshold: 'none' })).toEqual(plan({}, false));
  });

  it('of one step begins where x is noise', () => {
    expect(times(planFor(linear, { sampler: 'ddim', steps: 1 }))).toEqual([999]);
  });

  it('adds at most the noise of the level, whatever eta is', () => {
    for (const sampler of ['ddim', 'euler-a']) {
      for (const { next, to, from } of planFor(linear, { sampler, eta: 3, steps: 10 }).steps) {
        const kept = sampler === 'ddim' ? (next.x0 ?? 0) / to.alpha : (next.x0 ?? 0) + (next.x ?? 0) * from.alpha;
        expect(kept).toBeCloseTo(1, 12);
        expect(next.noise ?? 0).toBeLessThanOrEqual(to.sigma);
      }
    }
  });
});

describe('a sentence says why there is no plan', () => {
  const cases: [SamplerOptions, string, TrainedAs?][] = [
    [{ sampler: 'ddmp' }, '`sampler` ddmp: there is no such sampler; did you mean ddpm?'],
    [{ step: 10 } as SamplerOptions, 'There is no option `step`; did you mean `steps`?'],
    [{ steps: 2.5 }, '`steps` must be a whole number of at least 1, not 2.5.'],
    [{ steps: '20' as unknown as number }, '`steps` must be a whole number of at least 1, not "20".'],
    [{ sampler: 'ddim', eta: -1 }, '`eta` must be a number of at least 0, not -1.'],
    [{ strength: 0 }, '`strength` must be a number in (0, 1], not 0.'],
    [{ sigmas: 'carras' as 'karras' }, '`sigmas` must be one of karras, exponential'],
    [{ sampler: 'unipc', eta: 1 }, '`eta` is for ddim and euler-a, not for unipc; leave it out.'],
    [{ sampler: 'unipc', order: 4 }, '`order` 4: unipc has the orders 1, 2, 3.'],
    [{ sampler: 'repaint' }, '`inpaint`'],
    [
      { sampler: 'euler-a' },
      '`sampler` euler-a is for models of discrete timesteps, EDM models and v-diffusion models',
      { process: flow() },
    ],
    [{ sampler: 'euler', churn: 5 }, 'not for a flow', { process: flow() }],
    [{ sampler: 'heun', spacing: 'leading' }, 'continuous noise level; use `sigmas`', { process: edm() }],
    [{ variance: 'learned' }, '`variance` learned needs a network that learned its variance'],
    [{ spacing: 'leading', original: true }, '`spacing` and `original` each say which timesteps'],
    [{ steps: 1001 }, '`steps` 1001 is more than there are'],
    [{ sampler: 'pndm', steps: 3 }, '`steps` 3 is too few for pndm, which needs at least 4 steps; use more, or ddim.'],
    [{ sampler: 'plms', steps: 2 }, 'at least 3 steps'],
    [{ sampler: 'pndm', spacing: 'trailing', steps: 10 }, 'noise alone', { process: { type: 'cosine' } }],
  ];
  it.each(cases)('%j: %s', (options, sentence, model = linear) => {
    const attempt = () => planFor(model, options);
    expect(attempt).toThrow(sentence);
    expect(attempt).toThrow(expect.objectContaining({ isDenoiserError: true }));
  });
});

describe('inversionPlansFor', () => {
  it('gives the way up and down over the same timesteps, without clipping', () => {
    const { invert, draw } = inversionPlansFor(linear, { steps: 10 });
    const common = { process: linear.process, steps: 10 };
    expect(invert).toEqual(createPlan({ ...common, solver: ddimInversion() }));
    expect(draw).toEqual(createPlan({ ...common, solver: ddim() }));
    expect(inversionPlansFor(linear, { threshold: 'static' }).draw.threshold).not.toBeNull();
  });

  it('refuses what adds noise', () => {
    expect(() => inversionPlansFor(linear, { eta: 1 })).toThrow('leave out `sampler` and `eta`');
    expect(() => inversionPlansFor(linear, { sampler: 'euler' })).toThrow('leave out `sampler` and `eta`');
  });
});

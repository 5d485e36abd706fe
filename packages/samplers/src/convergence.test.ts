import { describe, expect, it } from 'vitest';
import { deviationAt, edmModel, edmProcess, fineModel, fineSchedule, flowModel, flowProcess } from '../test/gaussian';
import {
  type ArrayModel,
  createPlan,
  ddim,
  ddpm,
  deis,
  dpm2,
  dpmpp2S,
  dpmppMultistep,
  edmStochastic,
  euler,
  eulerAncestral,
  flowSde,
  heun,
  ipndm,
  lms,
  type Plan,
  type PlanStep,
  pndm,
  repaint,
  type Solver,
  sampleArrays,
  unipc,
} from './index';

/**
 * Runs a plan from one standard deviation, where the exact solution stays, and gives the largest error in such units at
 * any step but the last, which on these grids has no length.
 */
async function largestError(plan: Plan<false>, model: ArrayModel<Float64Array>): Promise<number> {
  const image = Float64Array.of(deviationAt(plan.start));
  const resume = { position: 0, x: image, memory: {} };
  let largest = 0;
  for await (const { index, total, x } of sampleArrays({ model, plan, shape: [1, 1], image, resume })) {
    const { to } = plan.steps[index] as PlanStep;
    if (index < total - 1) largest = Math.max(largest, Math.abs((x[0] as number) / deviationAt(to) - 1));
  }
  return largest;
}

/** The slope of the error against the number of steps, both in logarithms. */
async function measuredOrder(plan: (steps: number) => Plan<false>, model: ArrayModel<Float64Array>): Promise<number> {
  return Math.log2((await largestError(plan(128), model)) / (await largestError(plan(256), model)));
}

describe('order of convergence on a Gaussian', () => {
  type AnyProcessSolver = Solver<false>;
  const solvers: (Solver<false> & { name: string })[] = [
    ddim(),
    euler(),
    heun(),
    dpm2(),
    lms({ order: 2 }),
    lms({ order: 3 }),
    lms({ order: 4 }),
    ipndm(),
    dpmppMultistep({ order: 1 }),
    dpmppMultistep({ order: 2 }),
    dpmppMultistep({ order: 2, method: 'heun' }),
    dpmppMultistep({ order: 3 }),
    dpmppMultistep({ order: 2, of: 'epsilon' }),
    dpmppMultistep({ order: 3, curvature: 'exact' }),
    dpmppMultistep({ order: 3, of: 'epsilon', curvature: 'exact' }),
    dpmpp2S(),
    dpmpp2S({ r: 0.7 }),
    deis({ order: 1 }),
    deis({ order: 2 }),
    deis({ order: 3 }),
    unipc({ order: 1, lowerOrderFinal: false }),
    unipc({ order: 2, lowerOrderFinal: false }),
    unipc({ order: 2, lowerOrderFinal: false, variant: 'bh1' }),
    unipc({ order: 3, lowerOrderFinal: false }),
    unipc({ order: 2, lowerOrderFinal: false, of: 'epsilon' }),
  ];
  for (const solver of solvers) {
    it(`${solver.name} has order ${solver.order}`, async () => {
      const order = await measuredOrder(
        (steps) => createPlan({ process: edmProcess, solver, steps, sigmas: 'exponential', end: 'first' }),
        edmModel,
      );
      expect(order).toBeGreaterThan(solver.order - 0.25);
      expect(order).toBeLessThan(solver.order + 0.5);
    });
  }

  const onFlows: AnyProcessSolver[] = [
    euler(),
    heun(),
    lms({ order: 2 }),
    dpmppMultistep(),
    dpmpp2S(),
    unipc({ order: 1 }),
  ];
  for (const solver of onFlows) {
    it(`${solver.name} has order ${solver.order} on a flow`, async () => {
      const order = await measuredOrder(
        (steps) =>
          createPlan({
            process: flowProcess,
            solver,
            // Even in the log of σ/(1 − σ), from 0.995 to 0.1.
            sigmas: {
              type: 'explicit',
              values: Array.from({ length: steps }, (_, i) => 1 / (1 + Math.exp(-5.3 + (7.5 * i) / (steps - 1)))),
            },
            end: 'first',
          }),
        flowModel,
      );
      expect(order).toBeGreaterThan(solver.order - 0.25);
      expect(order).toBeLessThan(solver.order + 0.5);
    });
  }

  for (const solver of [pndm(), pndm({ plms: true })]) {
    it(`${solver.name} has order ${solver.order}`, async () => {
      const order = await measuredOrder((steps) => {
        const timesteps = Array.from({ length: steps }, (_, i) => 3200 + (steps - 1 - i) * (10_240 / steps));
        return createPlan({ process: fineSchedule, solver, spacing: { type: 'explicit', timesteps }, end: 'first' });
      }, fineModel);
      expect(order).toBeGreaterThan(solver.order - 0.25);
    });
  }
});

/**
 * The model is linear and the data have mean 0, so x is a sum of the normals that were drawn. Each draw is a unit
 * vector here: the final x holds the factor of each, and its squared length is the exact variance.
 */
async function varianceRatio(plan: Plan, model: ArrayModel<Float64Array>): Promise<number> {
  const draws = 1 + plan.steps.filter(({ next }) => next.noise).length;
  let drawn = 0;
  const unit = (): Float64Array => {
    const vector = new Float64Array(draws);
    vector[drawn++] = 1;
    return vector;
  };
  const first = unit();
  first[0] = deviationAt(plan.start);
  let x = first;
  const resume = { position: 0, x: first.slice(), memory: {} };
  for await (const step of sampleArrays({ model, plan, shape: [1, draws], noise: unit, resume })) x = step.x;
  const end = plan.steps.at(-1)?.to ?? plan.start;
  return x.reduce((total, factor) => total + factor ** 2, 0) / deviationAt(end) ** 2;
}

describe('stochastic solvers keep the marginal variance of a Gaussian', () => {
  const onSigma: Solver[] = [
    ddim({ eta: 1 }),
    ddim({ eta: 0.5 }),
    eulerAncestral(),
    eulerAncestral({ eta: 0.5 }),
    dpmppMultistep({ sde: true, order: 1 }),
    dpmppMultistep({ sde: true }),
    dpmppMultistep({ sde: true, order: 3 }),
    dpmppMultistep({ sde: true, of: 'epsilon' }),
    edmStochastic({ churnNoise: 1 }),
    edmStochastic({ churnNoise: 1, corrector: false }),
    euler({ churn: 10 }),
    repaint(ddim({ eta: 1 }), { jumpLength: 20, resamples: 2 }),
  ];
  for (const solver of onSigma) {
    it(`${solver.name}`, async () => {
      const error = async (steps: number): Promise<number> =>
        Math.abs(
          (await varianceRatio(
            createPlan({ process: edmProcess, solver, steps, sigmas: 'exponential', end: 'first' }),
            edmModel,
          )) - 1,
        );
      const [few, many] = [await error(100), await error(200)];
      expect(many).toBeLessThan(0.1);
      expect(many).toBeLessThan(0.7 * few + 1e-9); // what is left is the error of the step
    });
  }

  for (const variance of ['beta', 'posterior'] as const) {
    it(`ddpm with ${variance} variance`, async () => {
      const error = async (steps: number): Promise<number> =>
        Math.abs(
          (await varianceRatio(createPlan({ process: fineSchedule, solver: ddpm({ variance }), steps }), fineModel)) -
            1,
        );
      const [few, many] = [await error(256), await error(512)];
      expect(many).toBeLessThan(0.06);
      expect(many).toBeLessThan(0.7 * few);
    });
  }

  it('flow-sde is exact where x0 is: at its own level of each jump', () => {
    const { steps } = createPlan({ process: flowProcess, solver: flowSde(), steps: 5 });
    for (const { next, to } of steps) expect(next).toEqual({ x0: to.alpha, noise: to.sigma });
  });
});

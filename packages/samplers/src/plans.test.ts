import '@tensorflow/tfjs';
import { normals } from '@denoiser/ops';
import { createSchedule, edm, flow } from '@denoiser/schedules';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  createPlan,
  ddim,
  ddpm,
  deis,
  dpmppMultistep,
  eulerAncestral,
  evaluations,
  heun,
  lcm,
  type NoiseOf,
  pndm,
  sampleArrays,
  sampleImages,
  samplers,
  unipc,
} from './index';

const schedule = createSchedule();
/** Solvers of discrete schedules that can end free of noise. */
const solvers = Object.entries(samplers)
  .filter(([name, { kinds, end }]) => kinds.includes('discrete') && name !== 'repaint' && end === undefined)
  .map(([name, { create }]) => [name, create({})] as const);
const zeroSnr = createSchedule({ zeroTerminalSnr: true });

describe('what cannot work is refused', () => {
  it('ε with zero terminal SNR', () => {
    expect(() => createPlan({ process: zeroSnr, solver: ddim() })).toThrow('use prediction v or x0');
    expect(() => createPlan({ process: zeroSnr, solver: ddim(), prediction: 'epsilon' })).toThrow('use prediction v');
  });

  it('options that are none, a solver that is none, and no process', () => {
    const make = (options: unknown) => () => createPlan(options as Parameters<typeof createPlan>[0]);
    expect(make({ process: schedule, solver: ddim(), stpes: 3 })).toThrow('"stpes"; did you mean `steps`?');
    expect(make({ process: schedule, solver: 'ddim' })).toThrow('as `ddim()` makes it, not "ddim".');
    expect(make({ process: schedule, solver: ddim })).toThrow('not a function.');
    expect(make({ solver: ddim() })).toThrow('A process is described by an object');
    expect(make(undefined)).toThrow('not of undefined.');
  });

  it('the EDM grid on a schedule that does not reach so far', () => {
    const scaled = createSchedule({ type: 'scaled-linear' });
    expect(() => createPlan({ process: scaled, solver: heun(), steps: 9, sigmas: 'edm' })).toThrow('more noise than');
  });

  it('solvers on processes that are not theirs', () => {
    expect(() => createPlan({ process: edm(), solver: lcm(), steps: 4 })).toThrow('discrete schedule');
    expect(() => createPlan({ process: flow(), solver: eulerAncestral(), steps: 4 })).toThrow('not for a flow');
    expect(() => createPlan({ process: flow(), solver: pndm(), steps: 4 })).toThrow('use euler or heun');
  });

  it('a stochastic plan without noise', async () => {
    const plan = createPlan({ process: schedule, solver: ddpm(), steps: 4 });
    const model = (x: Float32Array): Float32Array => x;
    // @ts-expect-error noise must be given
    const steps = sampleArrays({ model, plan, shape: [1, 1], image: Float32Array.of(0) });
    await expect(steps.next()).rejects.toThrow('give it a source: `noise`');
  });
});

describe('what cannot be is refused in a sentence', () => {
  const cases: [string, () => unknown, string][] = [
    [
      'DPM-Solver of ε down to no noise',
      () => createPlan({ process: schedule, solver: dpmppMultistep({ of: 'epsilon' }) }),
      "end: 'first'",
    ],
    ['PNDM of three steps', () => createPlan({ process: schedule, solver: pndm(), steps: 3 }), 'at least 4'],
    ['EDM without a count', () => createPlan({ process: edm(), solver: heun() }), 'say how many'],
    ['a strength beyond 1', () => createPlan({ process: schedule, solver: ddim(), strength: 1.5 }), '(0, 1]'],
    [
      'multistep PNDM from noise alone',
      () =>
        createPlan({ process: zeroSnr, solver: pndm({ plms: true }), steps: 9, spacing: 'trailing', prediction: 'v' }),
      'no finite step 0',
    ],
  ];
  for (const [name, attempt, sentence] of cases) {
    it(name, () => {
      expect(attempt).toThrow(sentence);
      expect(attempt).toThrow(expect.objectContaining({ isDenoiserError: true }));
    });
  }
});

describe('a plan', () => {
  it('is JSON', () => {
    for (const [, solver] of solvers) {
      const plan = createPlan({ process: schedule, solver, steps: 10 });
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }
  });

  it('is what the paper says, to 1e-12: DDIM of two steps', () => {
    const { steps } = createPlan({
      process: schedule,
      solver: ddim(),
      spacing: { type: 'explicit', timesteps: [600, 200] },
    });
    const [a, b] = [schedule.alphaBars[600] as number, schedule.alphaBars[200] as number];
    const { model, next } = steps[0] as (typeof steps)[number];
    expect(model).toMatchObject({ time: 600, inputScale: 1 });
    expect(Math.abs((model?.x0FromX ?? 0) * Math.sqrt(a) - 1)).toBeLessThan(1e-12);
    expect(Math.abs((model?.x0FromOutput ?? 0) / -Math.sqrt(1 / a - 1) - 1)).toBeLessThan(1e-12);
    expect(Math.abs((next.x0 ?? 0) - Math.sqrt(b))).toBeLessThan(1e-12);
    expect(Math.abs((next.output ?? 0) - Math.sqrt(1 - b))).toBeLessThan(1e-12);
    expect(steps[1]?.next).toMatchObject({ x0: 1 });
  });

  it('counts the evaluations of the model', () => {
    expect(evaluations(createPlan({ process: schedule, solver: heun(), steps: 10 }))).toBe(19);
    expect(evaluations(createPlan({ process: schedule, solver: unipc(), steps: 10 }))).toBe(10);
  });

  it('of one step exists for every solver that can take one', () => {
    for (const [name, solver] of solvers) {
      if (name !== 'pndm') expect(evaluations(createPlan({ process: schedule, solver, steps: 1 }))).toBe(1);
    }
  });

  it('in the log of the noise level begins on a flow, too', () => {
    for (const solver of [dpmppMultistep(), unipc(), deis()]) {
      expect(evaluations(createPlan({ process: flow(), solver, steps: 8 }))).toBe(8);
    }
  });
});

describe('plain arrays and tensors', () => {
  const shape = [2, 3, 3, 2] as const;
  const noise: NoiseOf<Float32Array> = ({ purpose, step, indices }) =>
    Float32Array.of(
      ...indices.flatMap((index) => [
        ...normals({ seed: 4, stream: purpose === 'initial' ? 0 : 1, step, index, count: 18 }),
      ]),
    );
  const slope = (time: number): number => 0.9 - 0.3 * Math.cos(time / 300);

  for (const [name, solver] of solvers) {
    it(`end alike with ${name}`, async () => {
      await tf.setBackend('cpu');
      const plan = createPlan({ process: schedule, solver, steps: 8, threshold: true });
      let last = new Float32Array();
      const model = (x: Float32Array, time: number): Float32Array => x.map((value) => slope(time) * value);
      for await (const { x } of sampleArrays({ model, plan, shape, noise })) last = x as Float32Array<ArrayBuffer>;
      const images = await sampleImages({
        denoiser: (x, time) =>
          tf.mul<Tensor4D>(x, tf.sub(0.9, tf.mul(0.3, tf.cos(tf.reshape(tf.div(time, 300), [-1, 1, 1, 1]))))),
        plan,
        shape,
        seed: 4,
      });
      const values = await images.data();
      // Each step rounds to float32; solvers with large coefficients (up to 157, the schedule's largest σ/α) feel it most.
      values.forEach((value, i) => {
        expect(Math.abs(value - (last[i] as number))).toBeLessThan(2e-3);
      });
    });
  }
});

import { expect, it } from 'vitest';
import { type Plan, sampleArrays } from '../src/index';

/** A trajectory of a scheduler of diffusers on a formula, with the noise that it drew. */
export interface Trajectory {
  readonly model: string;
  readonly shape: readonly number[];
  readonly init_noise: readonly number[];
  readonly init_noise_sigma: number;
  readonly noises: readonly (readonly number[])[];
  readonly timesteps: readonly number[];
  readonly trajectory: readonly (readonly number[])[];
}

const formulas: Record<string, (x: number, t: number) => number> = {
  epsilon: (x, t) => 0.9 * x + 0.1 * Math.sin(3 * x + 0.01 * t),
  v_prediction: (x, t) => 0.3 * Math.sin(2 * x + 0.004 * t) - 0.1 * x,
  flow_prediction: (x, t) => 0.3 * Math.sin(2 * x + 0.004 * t) - 0.1 * x,
  sample: (x) => Math.tanh(0.7 * x),
};

/** States that a plan takes the same times and the same steps, to 2e-4 of the largest value: diffusers counts in float32. */
export function follow(name: string, plan: Plan, expected: Trajectory): void {
  it(`${name}: timesteps and first scale`, () => {
    const times = plan.steps.map((step) => step.model?.time ?? Number.NaN);
    expect(times).toHaveLength(expected.timesteps.length);
    times.forEach((time, i) => {
      const theirs = expected.timesteps[i] as number;
      expect(Math.abs(time - theirs)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(theirs)));
    });
    expect(plan.initialScale / expected.init_noise_sigma).toBeCloseTo(1, 4);
  });

  it(`${name}: every step`, async () => {
    const formula = formulas[expected.model] as (x: number, t: number) => number;
    let drawn = 0;
    const steps = sampleArrays({
      channelAxis: 1,
      model: (x: Float64Array, t) => {
        const output = x.map((value) => formula(value, t));
        if (!plan.learnedVariance) return output;
        return Float64Array.of(...output, ...x.map((value) => 0.5 * Math.sin(value + 0.003 * t)));
      },
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

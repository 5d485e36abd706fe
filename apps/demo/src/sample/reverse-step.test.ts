import { planFor, sampleArrays } from '@denoiser/samplers/arrays';
import { createSchedule } from '@denoiser/schedules';
import { describe, expect, test } from 'vitest';
import { seededNormals } from '../forward/noise';
import { addedNoise, type Part, termsOf } from './reverse-step';
import { samplerOptions } from './samplers';

const process = { type: 'cosine', steps: 1000 } as const;
const plan = (sampler: string, variance: 'beta' | 'posterior' = 'posterior') =>
  planFor({ process, prediction: 'v' }, samplerOptions({ process }, { sampler, steps: 12, variance }));
const SIZE = 64;

/** Draws with any model at all: the sums hold whatever it says. */
async function drawn(of: ReturnType<typeof plan>) {
  const noises = new Map<number, Float32Array>();
  const noise = ({ step, purpose }: { step: number; purpose: string }) => {
    const values = seededNormals(purpose === 'initial' ? 1 : 100 + step, SIZE);
    if (purpose === 'step') noises.set(step, values);
    return values;
  };
  const model = (x: Float32Array, time: number) => x.map((value) => Math.tanh(value) - time / 2000);
  const frames: { x: Float32Array; x0: Float32Array }[] = [];
  for await (const { x, x0 } of sampleArrays<Float32Array, boolean>({ model, plan: of, shape: [1, SIZE], noise })) {
    frames.push({ x: x.slice(), x0: x0.slice() });
  }
  return { frames, noises };
}

const pictures = (
  frames: readonly { x: Float32Array; x0: Float32Array }[],
  k: number,
): Partial<Record<Part, Float32Array>> => ({
  x0: frames[k]?.x0 as Float32Array,
  x: frames[k - 1]?.x as Float32Array,
  before: frames[k - 1]?.x0 as Float32Array,
});

describe.each(['ddim', 'dpmpp-2m'])('%s', (sampler) => {
  test('x after a step is the sum of its terms', async () => {
    const of = plan(sampler);
    const { frames } = await drawn(of);
    for (let k = 1; k < frames.length; k++) {
      const terms = termsOf(of, k) ?? [];
      expect(terms.length).toBeGreaterThan(0);
      const parts = pictures(frames, k);
      for (let i = 0; i < SIZE; i++) {
        const sum = terms.reduce((total, { part, factor }) => total + factor * (parts[part]?.[i] as number), 0);
        expect(Math.abs(sum - (frames[k]?.x[i] as number))).toBeLessThan(1e-5); // float32 of values about 3
      }
    }
  });
});

test.each(['beta', 'posterior'] as const)("DDPM's noise of variance %s is found again", async (variance) => {
  const of = plan('ddpm', variance);
  const { frames, noises } = await drawn(of);
  for (let k = 1; k < frames.length - 1; k++) {
    const found = addedNoise(termsOf(of, k) ?? [], frames[k]?.x as Float32Array, pictures(frames, k)) as Float32Array;
    const factor = termsOf(of, k)?.at(-1)?.factor as number;
    for (let i = 0; i < SIZE; i++) {
      expect(Math.abs((found[i] as number) - (noises.get(k)?.[i] as number))).toBeLessThan(2e-6 / factor);
    }
  }
  expect(
    addedNoise(termsOf(of, frames.length - 1) ?? [], new Float32Array(SIZE), {}),
    'none in the last',
  ).toBeUndefined();
});

test("DDPM's factors are those of Ho et al. 2020, equation 7", () => {
  const schedule = createSchedule(process);
  const of = planFor({ process, prediction: 'v' }, { sampler: 'ddpm', variance: 'posterior' }); // all 1000 steps
  const t = 500;
  const [bar, barBefore] = [schedule.alphaBars[t] as number, schedule.alphaBars[t - 1] as number];
  const beta = 1 - bar / barBefore;
  expect(termsOf(of, 999 - t)).toEqual([
    { part: 'x0', factor: expect.closeTo((Math.sqrt(barBefore) * beta) / (1 - bar), 10) },
    { part: 'x', factor: expect.closeTo((Math.sqrt(1 - beta) * (1 - barBefore)) / (1 - bar), 10) },
    { part: 'noise', factor: expect.closeTo(Math.sqrt(((1 - barBefore) / (1 - bar)) * beta), 10) },
  ]);
});

test('where x is on another scale, or a step asks twice, there is no such sum', () => {
  for (const sampler of ['euler', 'heun', 'unipc']) expect(termsOf(plan(sampler), 3) === undefined).toBe(true);
});

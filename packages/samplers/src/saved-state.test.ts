import '@tensorflow/tfjs';
import { normals } from '@denoiser/ops';
import { createSchedule } from '@denoiser/schedules';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createPlan,
  type Denoiser,
  ddpm,
  dpmppMultistep,
  type NoiseOf,
  type NoiseSource,
  type SavedState,
  sample,
  sampleArrays,
  sampleImages,
  saveArrayState,
  saveState,
} from './index';

const schedule = createSchedule();
const shape = [2, 3, 3, 1] as const;
const plan = createPlan({ process: schedule, solver: dpmppMultistep({ order: 3, sde: true }), steps: 9 });

const draws =
  <A extends Float32Array | Float64Array>(make: (values: number[]) => A): NoiseOf<A> =>
  ({ purpose, step, indices }) => {
    const stream = purpose === 'initial' ? 0 : 1;
    return make(indices.flatMap((index) => [...normals({ seed: 3, stream, step, index, count: 9 })]));
  };
const float32 = (values: number[]) => Float32Array.from(values);
const float64 = (values: number[]) => Float64Array.from(values, (value) => value * Math.PI);

describe.each([
  ['float32', draws<Float32Array | Float64Array>(float32)],
  ['float64', draws<Float32Array | Float64Array>(float64)],
])('the state of plain arrays of %s', (dtype, noise) => {
  const model = (x: Float32Array | Float64Array) => x.map((value) => 0.9 * value + 0.01);

  it('comes back bit for bit from JSON, and so does all that follows', async () => {
    const whole: number[][] = [];
    const texts: string[] = [];
    for await (const { x, state } of sampleArrays({ model, plan, shape, noise })) {
      whole.push([...x]);
      texts.push(JSON.stringify(saveArrayState(state)));
    }
    const saved = JSON.parse(texts[3] as string) as SavedState;
    expect(saved).toMatchObject({ position: 4, shape, x: { dtype } });
    expect(Object.keys(saved.memory).length).toBeGreaterThan(0);
    const rest: number[][] = [];
    for await (const { x, state, index } of sampleArrays({ model, plan, shape, noise, resume: saved })) {
      rest.push([...x]);
      expect(JSON.stringify(saveArrayState(state))).toBe(texts[index]);
    }
    expect(rest).toEqual(whole.slice(4));
  });
});

describe('a state that cannot be resumed is refused in a sentence', () => {
  const noise = draws(float32);
  const model = (x: Float32Array) => x.map((value) => 0.9 * value);
  const states: SavedState[] = [];
  beforeAll(async () => {
    await tf.setBackend('cpu');
    for await (const { state } of sampleArrays({ model, plan, shape, noise })) states.push(saveArrayState(state));
  });
  const resumed = (resume: unknown, size: readonly number[] = shape) =>
    sampleArrays({ model, plan, shape: size, noise, resume: resume as SavedState }).next();
  const middle = () => states[3] as SavedState;

  it('a finished one', async () => {
    await expect(resumed(states.at(-1))).rejects.toThrow('`resume` holds a finished run: all 9 steps are done');
    const denoiser: Denoiser = (x) => tf.mul(x, 0.9);
    await expect(sampleImages({ denoiser, plan, shape, resume: states.at(-1) as SavedState })).rejects.toMatchObject({
      code: 'state-finished',
    });
  });

  it('one of another batch size', async () => {
    await expect(resumed(middle(), [4, 3, 3, 1])).rejects.toThrow(
      '`resume` holds a state of [2,3,3,1], but this run is of [4,3,3,1]',
    );
    const steps = sample({ denoiser: (x) => x.clone(), plan, shape: [4, 3, 3, 1], resume: middle() });
    await expect(steps.next()).rejects.toMatchObject({ code: 'state-mismatch', isDenoiserError: true });
  });

  it('one of a longer plan', async () => {
    await expect(resumed({ ...middle(), position: 12 })).rejects.toThrow('step 12, but the plan has 9 steps');
  });

  it.each<[string, (state: SavedState) => unknown]>([
    ['resume', () => 'text'],
    ['resume.position', (state) => ({ ...state, position: 1.5 })],
    ['resume.shape', ({ shape: _, ...state }) => state],
    ['resume.memory', (state) => ({ ...state, memory: null })],
    ['resume.x', (state) => ({ ...state, x: { 0: 1, 1: 2 } })],
    ['resume.x', (state) => ({ ...state, x: { ...state.x, dtype: 'constructor' } })],
    ['resume.x.data', (state) => ({ ...state, x: { ...state.x, data: `${state.x.data.slice(4)}` } })],
    ['resume.x.data', (state) => ({ ...state, x: { ...state.x, data: '*'.repeat(96) } })],
    ['resume.x.data', (state) => ({ ...state, x: { ...state.x, data: 7 } })],
    ['resume.shape', (state) => ({ ...state, shape: ['x'.repeat(10_000)] })],
    ['resume.shape', (state) => ({ ...state, shape: new Array(100_000).fill(1) })],
    ['resume.memory', (state) => ({ ...state, memory: { '\u001b[2J': state.x } })],
    ['resume.x.data', (state) => ({ ...state, x: { ...state.x, data: `AADAfwAA${state.x.data.slice(8)}` } })], // not a number
    ['resume.memory.m1.data', (state) => ({ ...state, memory: { m1: { ...state.x, data: '' } } })],
  ])('%s', async (field, damage) => {
    const attempt = resumed(damage(middle()));
    await expect(attempt).rejects.toThrow(`\`${field}\` is damaged: it must be`);
  });

  it('arrays of another length', async () => {
    const state = { position: 2, x: new Float32Array(5), memory: {} };
    await expect(resumed(state)).rejects.toThrow('`resume.x` is damaged');
  });
});

it('a state of plain arrays is resumed on tensors, and the other way round', async () => {
  await tf.setBackend('cpu');
  const quiet = createPlan({ process: schedule, solver: dpmppMultistep(), steps: 6 });
  const denoiser: Denoiser = (x) => tf.mul(x, 0.9);
  let saved: SavedState | undefined;
  for await (const { index, state } of sample({ denoiser, plan: quiet, shape })) {
    if (index === 2) saved = await saveState(state);
  }
  const images = await sampleImages({ denoiser, plan: quiet, shape });
  const model = (x: Float32Array) => x.map((value) => 0.9 * value);
  let last = new Float32Array();
  for await (const { x } of sampleArrays({
    model,
    plan: quiet,
    shape,
    noise: draws(float32),
    resume: saved as SavedState,
  }))
    last = Float32Array.from(x);
  (await images.data()).forEach((value, i) => {
    expect(Math.abs(value - (last[i] as number))).toBeLessThan(1e-5);
  });
});

describe('what the denoiser returns is looked at', () => {
  const short = createPlan({ process: schedule, solver: ddpm(), steps: 3 });
  const attempt = (denoiser: unknown, learnedVariance = false) =>
    sampleImages({ denoiser: denoiser as Denoiser, plan: { ...short, learnedVariance }, shape });
  beforeAll(() => tf.setBackend('cpu'));

  it.each<[string, unknown, string]>([
    ['another shape', (x: Tensor4D) => tf.concat([x, x], 3), 'returned [2,3,3,2], but must return [2,3,3,1]'],
    ['undefined', () => undefined, 'returned nothing, but must return [2,3,3,1]'],
    ['undefined, later', async () => undefined, 'returned nothing, but must return [2,3,3,1]'],
    ['numbers', () => [1, 2], 'returned what is no tensor'],
  ])('%s', async (_, denoiser, sentence) => {
    const before = tf.memory().numTensors;
    await expect(attempt(denoiser)).rejects.toThrow(sentence);
    await expect(attempt(denoiser)).rejects.toMatchObject({ code: 'denoiser-invalid' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, unknown, string]>([
    ['another shape', () => tf.zeros([2, 3]), 'returned [2,3], but must return [2,3,3,1]'],
    ['nothing', () => undefined, 'returned no tensor, but must return [2,3,3,1]'],
  ])('and what a source of noise returns: %s', async (_, noise, sentence) => {
    const before = tf.memory().numTensors;
    const denoiser: Denoiser = (x) => x.clone();
    const drawing = sampleImages({ denoiser, plan: short, shape, noise: noise as NoiseSource });
    await expect(drawing).rejects.toThrow(`The noise source ${sentence}`);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('no variance where the plan counts on one', async () => {
    await expect(attempt((x: Tensor4D) => x.clone(), true)).rejects.toThrow('[2,3,3,2], twice the channels of x');
  });

  it('on plain arrays, too', async () => {
    const run = (model: unknown) =>
      sampleArrays({
        model: model as (x: Float32Array) => Float32Array,
        plan: short,
        shape,
        noise: draws(float32),
      }).next();
    await expect(run(() => new Float32Array(7))).rejects.toThrow('The denoiser returned 7 values, but must return 18');
    await expect(run(() => undefined)).rejects.toThrow('The denoiser returned nothing');
  });
});

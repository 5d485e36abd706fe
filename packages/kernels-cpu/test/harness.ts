import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { fallbacks } from '../src/kernels/kernel';
import { createEngine, type Engine } from '../src/machine/engine';
import { detectPlatform } from '../src/machine/platform';
import { registerEngine } from '../src/register';

/** The same cases in every run. */
fc.configureGlobal({ seed: 20200619 });

/** Both builds, with one thread and with two: every law holds on each of them. */
const VARIANTS = [
  { name: 'fused1', simd: 'relaxed', threads: 1 },
  { name: 'fused2', simd: 'relaxed', threads: 2 },
  { name: 'plain1', simd: 'plain', threads: 1 },
  { name: 'plain2', simd: 'plain', threads: 2 },
] as const;

const platform = await detectPlatform();
export const engines = new Map<string, Engine>();
for (const { name, simd, threads } of VARIANTS) {
  const engine = await createEngine({ platform, simd, threads });
  engines.set(name, engine);
  registerEngine(engine, name);
}

type Arrays = { shape: number[]; dtype: string; values: Float32Array | Int32Array | Uint8Array }[];

function on(backend: string, compute: () => tf.Tensor | tf.Tensor[]): Arrays {
  tf.setBackend(backend);
  const outputs = tf.tidy(compute);
  return [outputs].flat().map((tensor) => {
    const values = tensor.dataSync();
    const { shape, dtype } = tensor;
    tensor.dispose();
    return { shape, dtype, values };
  });
}

/**
 * Expects that `compute` gives the same on every variant of the engine as on tfjs's cpu backend: to `tolerance` times the largest
 * value (`floor` if that is less), twice bit for bit, without a fallback (unless allowed) and without a leak.
 */
export function expectAgreement(
  compute: () => tf.Tensor | tf.Tensor[],
  { tolerance = 1e-5, floor = 0.01, fallback = false }: { tolerance?: number; floor?: number; fallback?: boolean } = {},
): void {
  const expected = on('cpu', compute);
  for (const { name } of VARIANTS) {
    tf.setBackend(name);
    const before = tf.memory().numTensors;
    fallbacks.clear();
    const first = on(name, compute);
    if (!fallback) expect([...fallbacks.keys()], `${name} fell back`).toEqual([]);
    const second = on(name, compute);
    expect(tf.memory().numTensors, `${name} leaks`).toBe(before);
    expect(first.length).toBe(expected.length);
    first.forEach(({ shape, dtype, values }, i) => {
      const reference = expected[i] as Arrays[number];
      expect(shape).toEqual(reference.shape);
      expect(dtype).toBe(reference.dtype);
      const again = (second[i] as Arrays[number]).values;
      const same = Buffer.compare(Buffer.from(values.buffer), Buffer.from(again.buffer)) === 0;
      if (!same) expect.fail(`${name}: output ${i} differs from run to run`);
      let scale = 0;
      for (const value of reference.values) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
      // What should be 0 is rounding noise of the numbers of order 1 that it came from.
      const limit = tolerance * Math.max(scale, floor);
      for (let j = 0; j < values.length; j++) {
        const [got, want] = [values[j] as number, reference.values[j] as number];
        const close = Object.is(got, want) || got === want || Math.abs(got - want) <= limit;
        if (!close) expect.fail(`${name}: output ${i}, element ${j} of [${shape}] is ${got}, not ${want} ± ${limit}`);
      }
    });
  }
}

/** A tensor of numbers that depend on the seed alone, about normal. */
export function values<S extends number[]>(shape: S, seed: number): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = new Float32Array(size);
  let state = (seed + 1) * 2654435761;
  const next = () => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9;
    state ^= state >>> 13;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < size; i++) data[i] = next() + next() + next() - 1.5 + (next() - 0.5);
  return tf.tensor(data, shape);
}

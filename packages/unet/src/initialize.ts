import { normals, STREAMS, uniforms } from '@denoiser/ops';
import { hash } from './hash';
import type { ParameterSpec } from './layer';

/**
 * A parameter before training: a pure function of the seed and its name, so that it depends neither on other parameters
 * nor on the order in which they are made. Row-major in the layout that it has in memory.
 */
export function initialValues(name: string, { shape, initial }: ParameterSpec, seed: number): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1);
  if (initial.kind === 'constant') return new Float32Array(count).fill(initial.value);
  const address = { seed, stream: STREAMS.weights, step: 0, index: hash(name), count };
  if (initial.kind === 'normal') return normals(address);
  const out = new Float32Array(count);
  const u = uniforms(address);
  for (let i = 0; i < count; i++) out[i] = (2 * u[i] - 1) * initial.bound;
  return out;
}

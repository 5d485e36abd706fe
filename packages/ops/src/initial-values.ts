import { normals, STREAMS, uniforms } from './philox';

/** What a parameter is before training. */
export type InitialValues =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly bound: number }
  /** deviation: default 1. */
  | { readonly kind: 'normal'; readonly deviation?: number };

/**
 * Returns a parameter before training: a pure function of the seed and its name, so that it depends neither on other
 * parameters nor on the order in which they are made. Row-major in the layout that it has in memory.
 */
export function initialValues(
  name: string,
  { shape, initial }: { readonly shape: readonly number[]; readonly initial: InitialValues },
  seed: number,
): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1);
  if (initial.kind === 'constant') return new Float32Array(count).fill(initial.value);
  const address = { seed, stream: STREAMS.weights, step: 0, index: hash(name), count };
  if (initial.kind === 'normal') {
    const { deviation = 1 } = initial;
    return deviation === 1 ? normals(address) : normals(address).map((z) => z * deviation);
  }
  const out = new Float32Array(count);
  const u = uniforms(address);
  for (let i = 0; i < count; i++) out[i] = (2 * u[i] - 1) * initial.bound;
  return out;
}

/** Returns FNV-1a, 32 bits, of a text's UTF-8 bytes. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

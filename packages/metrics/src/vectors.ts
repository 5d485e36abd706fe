import { MetricsError } from './errors';

/** A set of vectors: features of images, or pixels. One row after the other. */
export interface Vectors {
  /** [N, dimensions], flat. */
  readonly data: ArrayLike<number>;
  readonly dimensions: number;
}

/**
 * Returns how many vectors there are.
 *
 * @throws DenoiserError unless they are whole, at least `min`, and finite.
 */
export function countVectors(name: string, { data, dimensions }: Vectors, min: number): number {
  if (!Number.isSafeInteger(dimensions) || dimensions < 1) {
    throw new MetricsError(
      'shape-invalid',
      `${name}: dimensions must be a whole number of at least 1, not ${dimensions}.`,
    );
  }
  const count = data.length / dimensions;
  if (!Number.isInteger(count)) {
    throw new MetricsError(
      'shape-invalid',
      `${name}: ${data.length} values are not a whole number of vectors of ${dimensions}; check dimensions.`,
    );
  }
  if (count < min) {
    const got = `${count === 1 ? 'there is' : 'there are'} ${count}`;
    throw new MetricsError('samples-too-few', `${name}: at least ${min} samples are needed, but ${got}; give more.`);
  }
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const where = `value ${i % dimensions} of sample ${Math.floor(i / dimensions)}`;
    throw new MetricsError(
      'values-not-finite',
      `${name}: ${where} is ${data[i]}; every value must be a finite number.`,
    );
  }
  return count;
}

/** Counts the vectors of two sets to be compared, and checks them: same dimensions, and `min` samples in each. */
export function checkPair(real: Vectors, generated: Vectors, min: number): { reals: number; fakes: number } {
  const reals = countVectors('real', real, min);
  const fakes = countVectors('generated', generated, min);
  if (real.dimensions !== generated.dimensions) {
    throw new MetricsError(
      'shape-invalid',
      `Real samples have ${real.dimensions} dimensions, but generated ones ${generated.dimensions}; both must have the same.`,
    );
  }
  return { reals, fakes };
}

/** Returns row `i`, as a view where the data are typed. */
export function row({ data, dimensions }: Vectors, i: number): ArrayLike<number> {
  const [from, to] = [i * dimensions, (i + 1) * dimensions];
  if (data instanceof Float64Array || data instanceof Float32Array) return data.subarray(from, to);
  return Array.prototype.slice.call(data, from, to);
}

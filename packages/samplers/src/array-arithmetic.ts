import type { Arithmetic } from './execute';

/** A plain array of numbers, [B, …] flat; all arrays of a run are of one kind. */
export type Numbers = Float32Array | Float64Array;

/**
 * The loop's arithmetic on plain arrays of a shape [B, …], whose channels are on `channelAxis`. Sums are taken in
 * float64 and rounded once.
 */
export function arrayArithmetic<A extends Numbers>(shape: readonly number[], channelAxis: number): Arithmetic<A> {
  const [batch = 1] = shape;
  const block = shape.slice(channelAxis).reduce((product, size) => product * size, 1);
  const like = (value: A, length = value.length): A => new (value.constructor as new (length: number) => A)(length);
  return {
    combine(values, coefficients, clip) {
      const out = like(values[0] as A);
      for (let i = 0; i < out.length; i++) {
        let total = 0;
        for (let k = 0; k < values.length; k++) total += (coefficients[k] as number) * (values[k]?.[i] as number);
        out[i] = clip ? Math.min(Math.max(total, clip[0]), clip[1]) : total;
      }
      return out;
    },
    copy: (value) => value.slice() as A,
    shift: (value, by) => value.map((number) => number + by) as A,
    dispose: () => {},
    dynamicThreshold(x0, { ratio, max }) {
      const size = x0.length / batch;
      const out = like(x0);
      for (let b = 0; b < batch; b++) {
        const image = x0.subarray(b * size, (b + 1) * size);
        const sorted = Float64Array.from(image, Math.abs).sort();
        const place = ratio * (size - 1);
        const low = sorted[Math.floor(place)] as number;
        const quantile = low + ((sorted[Math.ceil(place)] as number) - low) * (place % 1);
        const s = Math.min(Math.max(quantile, 1), Math.max(1, max));
        for (let i = 0; i < size; i++) out[b * size + i] = Math.min(Math.max(image[i] as number, -s), s) / s;
      }
      return out;
    },
    halves(output) {
      const mean = like(output, output.length / 2);
      const rest = like(mean);
      for (let start = 0; start < mean.length; start += block) {
        mean.set(output.subarray(2 * start, 2 * start + block), start);
        rest.set(output.subarray(2 * start + block, 2 * start + 2 * block), start);
      }
      return [mean, rest];
    },
    scaleByLogVariance(noise, v, logMin, logMax) {
      const out = like(noise);
      for (let i = 0; i < out.length; i++) {
        const logVariance = logMin + ((logMax - logMin) * ((v[i] as number) + 1)) / 2;
        out[i] = (noise[i] as number) * Math.exp(logVariance / 2);
      }
      return out;
    },
    select(mask, inside, outside) {
      const out = like(inside);
      for (let i = 0; i < out.length; i++) {
        const m = mask[i] as number;
        out[i] = m * (inside[i] as number) + (1 - m) * (outside[i] as number);
      }
      return out;
    },
  };
}

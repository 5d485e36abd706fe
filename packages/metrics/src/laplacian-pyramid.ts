import { MetricsError } from './errors';

/** Images of one shape, one after the other. */
export interface Images {
  /** [N, height, width, channels], flat. */
  readonly data: ArrayLike<number>;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** One image of the pyramid, [height, width, channels]. */
export interface PyramidLevel {
  readonly pixels: Float64Array;
  readonly height: number;
  readonly width: number;
}

/** The smallest side of a level, as in Karras et al. 2018. */
const COARSEST = 16;

/** Returns the sizes of the levels, finest first: halved while both sides are even and stay at least 16. */
export function pyramidSizes([height, width]: Images['shape']): (readonly [height: number, width: number])[] {
  const sizes: (readonly [number, number])[] = [[height, width]];
  let [h, w] = [height, width];
  while (h % 2 === 0 && w % 2 === 0 && Math.min(h, w) >= 2 * COARSEST) {
    [h, w] = [h / 2, w / 2];
    sizes.push([h, w]);
  }
  return sizes;
}

/**
 * Returns the Laplacian pyramid of one image (Burt and Adelson 1983), finest level first: each level is what the next coarser
 * one lacks, the last is the coarsest image itself. Enlarging the last and adding level by level gives the image again.
 *
 * @param image [height, width, channels], flat
 * @param shape [height, width, channels]
 */
export function laplacianPyramid(image: ArrayLike<number>, shape: Images['shape']): PyramidLevel[] {
  const [height, width, channels] = shape;
  if (image.length !== height * width * channels) {
    throw new MetricsError(
      'shape-invalid',
      `An image of ${height}×${width}×${channels} has ${height * width * channels} values, but there are ${image.length}.`,
    );
  }
  let finer: PyramidLevel = { pixels: Float64Array.from(image), height, width };
  const levels: PyramidLevel[] = [];
  for (const [h, w] of pyramidSizes(shape).slice(1)) {
    const coarser = { pixels: reduce(finer, channels), height: h, width: w };
    const predicted = expand(coarser, channels);
    levels.push({ ...finer, pixels: finer.pixels.map((value, i) => value - (predicted[i] as number)) });
    finer = coarser;
  }
  return [...levels, finer];
}

/** Halves height and width: blurs, then takes every second pixel. */
export function reduce({ pixels, height, width }: PyramidLevel, channels: number): Float64Array {
  const blurred = blur(pixels, height, width, channels);
  const [h, w] = [height / 2, width / 2];
  const result = new Float64Array(h * w * channels);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = (2 * y * width + 2 * x) * channels;
      result.set(blurred.subarray(from, from + channels), (y * w + x) * channels);
    }
  }
  return result;
}

/** Doubles height and width: sets pixels apart by zeros, times 4, and blurs. */
export function expand({ pixels, height, width }: PyramidLevel, channels: number): Float64Array {
  const apart = new Float64Array(4 * pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        apart[(2 * y * 2 * width + 2 * x) * channels + c] = 4 * (pixels[(y * width + x) * channels + c] as number);
      }
    }
  }
  return blur(apart, 2 * height, 2 * width, channels);
}

const BINOMIAL = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16];

/** 1 4 6 4 1 in both directions, mirrored at the borders (… 2 1 0 1 2 …). */
function blur(pixels: Float64Array, height: number, width: number, channels: number): Float64Array {
  const acrossRows = along(pixels, width, channels);
  return along(acrossRows, height, width * channels);
}

/** The filter along the axis of `length` in [outer, length, inner]. */
function along(pixels: Float64Array, length: number, inner: number): Float64Array {
  const result = new Float64Array(pixels.length);
  const size = length * inner;
  for (let start = 0; start < pixels.length; start += size) {
    for (let at = 0; at < length; at++) {
      const to = start + at * inner;
      for (let k = -2; k <= 2; k++) {
        const weight = BINOMIAL[k + 2] as number;
        const from = start + mirrored(at + k, length) * inner;
        for (let c = 0; c < inner; c++) {
          result[to + c] = (result[to + c] as number) + weight * (pixels[from + c] as number);
        }
      }
    }
  }
  return result;
}

const mirrored = (at: number, length: number): number => {
  const inside = Math.abs(at);
  return inside < length ? inside : 2 * (length - 1) - inside;
};

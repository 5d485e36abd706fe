import type { BatchShape } from '../shapes';
import { type Expected, expectedOf, type Numbers } from './conformance-case';
import { sizeOf } from './places';
import { sumsAt, type Tracked } from './tracked';

/** Zeros around an image. */
export type Padding = { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };

export type Convolution = {
  readonly x: BatchShape;
  readonly filter: readonly [height: number, width: number, inputs: number, outputs: number];
  readonly strides?: readonly [rows: number, columns: number];
  readonly dilations?: readonly [rows: number, columns: number];
  readonly padding: Padding;
};

/** [batch, rows, columns, outputs] */
export function outputShape({ x, filter, strides = [1, 1], dilations = [1, 1], padding }: Convolution) {
  const steps = (size: number, kernel: number, stride: number, dilation: number) =>
    Math.floor((size - (kernel - 1) * dilation - 1) / stride) + 1;
  const [height, width] = [x[1] + padding.top + padding.bottom, x[2] + padding.left + padding.right];
  const rows = steps(height, filter[0], strides[0], dilations[0]);
  return [x[0], rows, steps(width, filter[1], strides[1], dilations[1]), filter[3]] as const;
}

/** Padding that TensorFlow calls 'same': size/stride outputs, rounded up; where the zeros are odd, one more at the end. */
export function samePadding({
  x,
  filter,
  strides = [1, 1],
  dilations = [1, 1],
}: Omit<Convolution, 'padding'>): Padding {
  const total = (axis: 0 | 1) => {
    const [size, stride] = [x[axis + 1] as number, strides[axis]];
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + (filter[axis] - 1) * dilations[axis] + 1 - size);
  };
  const [rows, columns] = [total(0), total(1)];
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return { top, bottom: rows - top, left, right: columns - left };
}

export const evenPadding = (size: number): Padding => ({ top: size, bottom: size, left: size, right: size });

/** Calls `use` with the places of every product x·filter that y is the sum of. */
function forEachProduct(convolution: Convolution, use: (x: number, filter: number, y: number) => void): void {
  const { strides = [1, 1], dilations = [1, 1], padding } = convolution;
  const [batch, height, width, inputs] = convolution.x;
  const [filterHeight, filterWidth, , outputs] = convolution.filter;
  const [, rows, columns] = outputShape(convolution);
  for (let place = 0; place < batch * rows * columns; place++) {
    const [image, row, column] = [
      Math.floor(place / rows / columns),
      Math.floor(place / columns) % rows,
      place % columns,
    ];
    for (let tap = 0; tap < filterHeight * filterWidth; tap++) {
      const r = row * strides[0] + Math.floor(tap / filterWidth) * dilations[0] - padding.top;
      const c = column * strides[1] + (tap % filterWidth) * dilations[1] - padding.left;
      if (r < 0 || r >= height || c < 0 || c >= width) continue;
      for (let k = 0; k < inputs; k++) {
        const from = ((image * height + r) * width + c) * inputs + k;
        for (let o = 0; o < outputs; o++) use(from, (tap * inputs + k) * outputs + o, place * outputs + o);
      }
    }
  }
}

const rms = ({ values }: Numbers): number => {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / values.length);
};

/**
 * The standard deviation of the errors, in units of 2⁻²⁴, of a 3×3 convolution of stride 1 that is computed by Winograd's
 * F(4×4, 3×3) (Lavin and Gray 2015, arXiv:1509.09308): they come from all numbers of a 6×6 tile, not from the terms of one
 * element. `terms`: what the products of transformed tiles are added up over; a, b: their factors.
 *
 * Along one axis an output is Aᵀ[(G·g)⊙(Bᵀ·d)]. Of numbers of variance 1, the rows of Bᵀ make variances
 * b = (42, 34, 34, 10, 10, 42), those of G g = (1/16, 1/12, 1/12, 7/192, 7/192, 1), which are the squares of their lengths.
 * The worst row of Aᵀ, (0, 1, −1, 8, −8, 1), adds up Σ Aᵢ²·bᵢ·gᵢ = 2·2.83 + 2·64·0.365 + 42 = 94.3, the others 9.0, 8.6 and
 * 17.3. The gradient by the filter is Gᵀ[(A·dy)⊙(Bᵀ·d)]: the rows of A have the squares (1, 4, 4, 85, 85, 1), and the worst
 * row of Gᵀ, (0, −1/6, −1/6, 1/6, 1/6, 1), adds up 2·34·4/36 + 2·10·85/36 + 42 = 96.8. Over two axes that is 94.3² and 96.8²,
 * for each term: what is computed has errors of this size, √terms · 96.8, times the roundings.
 *
 * A rounding of a number adds 0.18 times its square to the variance: it is uniform in ±2⁻²⁴ of the power of two below, ⅓, and the
 * squares of mantissas, 1 to 2 with logarithmic density, are on average 1/0.54. Counted in this way, with each partial
 * result's share of the variance and without fused multiply-adds, a number goes through 2.2 roundings in either pass of Bᵀ (its
 * rows take 2.2, 2, 2, 2, 2, 2.2), 2 in either of G (0, 3.7, 3.7, 3.8, 3.8, 0, weighted by what they add to the output), 2.1 in
 * either of Aᵀ, and one in the product: 14; by the filter, 2, 1.2 (of A), 3.6 (of Gᵀ) and one: 14, too. The sum over `terms`, one
 * after the other, adds terms/2, as its partial sums grow with the number of terms.
 *
 * For 1, 8, 64 and 256 terms that is 156, 174, 279 and 489 times √terms; drawn numbers, computed with each operation rounded to
 * float32, deviate by 108, 135, 251 and 430 in the worst place of a tile, and by 108, 137, 265 and 537 by the filter. With one
 * term they are products of two normal numbers, and 1 in 10⁵ of them is 9 such deviations off: four, doubled, are enough.
 */
const winogradDeviation = (terms: number, a: Numbers, b: Numbers): number =>
  96.8 * Math.sqrt(terms) * rms(a) * rms(b) * Math.sqrt(0.18 * (14 + terms / 2));

/** A bound that Winograd's algorithm keeps, too: four standard deviations, if they are more. */
function tiled(convolution: Convolution, terms: number, a: Numbers, b: Numbers): (sum: Tracked) => Tracked {
  const { filter, strides = [1, 1], dilations = [1, 1] } = convolution;
  const isTiled = String([filter[0], filter[1], ...strides, ...dilations]) === '3,3,1,1,1,1';
  const least = isTiled ? 4 * winogradDeviation(terms, a, b) : 0;
  return ({ value, error }) => ({ value, error: Math.max(error, least) });
}

/** y = x ∗ filter + bias. */
export function convolved(convolution: Convolution, x: Numbers, filter: Numbers, bias?: Numbers): Expected {
  const shape = outputShape(convolution);
  const sums = sumsAt(sizeOf(shape));
  forEachProduct(convolution, (from, weight, to) =>
    sums.put(to, (x.values[from] as number) * (filter.values[weight] as number)),
  );
  const bound = tiled(convolution, convolution.x[3], x, filter);
  return expectedOf(shape, (i) => {
    if (bias) sums.put(i, bias.values[i % shape[3]] as number);
    return bound(sums.at(i));
  });
}

/** The gradient by x. */
export function inputGradient(convolution: Convolution, filter: Numbers, dy: Numbers): Expected {
  const sums = sumsAt(sizeOf(convolution.x));
  forEachProduct(convolution, (to, weight, from) =>
    sums.put(to, (dy.values[from] as number) * (filter.values[weight] as number)),
  );
  const bound = tiled(convolution, convolution.filter[3], dy, filter);
  return expectedOf(convolution.x, (i) => bound(sums.at(i)));
}

/** The gradient by the filter. */
export function filterGradient(convolution: Convolution, x: Numbers, dy: Numbers): Expected {
  const sums = sumsAt(sizeOf(convolution.filter));
  forEachProduct(convolution, (from, to, at) => sums.put(to, (x.values[from] as number) * (dy.values[at] as number)));
  const [images, rows, columns] = outputShape(convolution);
  const bound = tiled(convolution, images * Math.ceil(rows / 4) * Math.ceil(columns / 4), x, dy);
  return expectedOf(convolution.filter, (i) => bound(sums.at(i)));
}

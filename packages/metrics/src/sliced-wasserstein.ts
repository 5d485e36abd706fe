import { checkWhole, MetricsError } from './errors';
import { createRandom } from './random';
import { checkPair, countVectors, type Vectors } from './vectors';

/** Options of `slicedWasserstein`. */
export interface SlicedWassersteinOptions {
  /** Random directions; default 512. */
  readonly projections?: number;
  /** p of the distance: 1 or 2 (default). */
  readonly order?: 1 | 2;
  /** Seed of the directions; default 0. */
  readonly seed?: number;
}

/**
 * Returns the p-Wasserstein distance of two sets of numbers: (∫₀¹ |F⁻¹(u) − G⁻¹(u)|^p du)^(1/p) (Villani 2003, equation 2.47), the
 * inverses of the empirical distribution functions, exactly; the sets may differ in size.
 */
export function wasserstein1d(a: ArrayLike<number>, b: ArrayLike<number>, order: 1 | 2 = 1): number {
  countVectors('the first set', { data: a, dimensions: 1 }, 1);
  countVectors('the second set', { data: b, dimensions: 1 }, 1);
  checkOrder(order);
  return costOfSorted(Float64Array.from(a).sort(), Float64Array.from(b).sort(), order) ** (1 / order);
}

/**
 * Returns the sliced Wasserstein distance (Rabin et al. 2012; Bonneel et al. 2015, equation 10): the 1-D distance to the p-th power
 * along random directions of length 1, its mean, the p-th root. A set shifted by v is ‖v‖/√d away, for p = 2 and in
 * expectation. Needs no network: raw pixels do, or the patches of `pyramidDescriptors`. Lower is better.
 *
 * @param real, generated [N, d]; the numbers of samples may differ
 * @throws DenoiserError if a set is empty, the dimensions differ or a value is not finite.
 */
export function slicedWasserstein(real: Vectors, generated: Vectors, options: SlicedWassersteinOptions = {}): number {
  const { reals, fakes } = checkPair(real, generated, 1);
  const { projections = 512, order = 2, seed = 0 } = options;
  checkWhole('projections', projections, 1);
  checkOrder(order);
  const d = real.dimensions;
  const random = createRandom(seed);
  const direction = new Float64Array(d);
  const [a, b] = [new Float64Array(reals), new Float64Array(fakes)];
  let total = 0;
  for (let k = 0; k < projections; k++) {
    let squares = 0;
    for (let i = 0; i < d; i++) {
      direction[i] = random.normal();
      squares += (direction[i] as number) ** 2;
    }
    const length = Math.sqrt(squares);
    for (let i = 0; i < d; i++) direction[i] = (direction[i] as number) / length;
    project(real.data, direction, a);
    project(generated.data, direction, b);
    total += costOfSorted(a.sort(), b.sort(), order);
  }
  return (total / projections) ** (1 / order);
}

/** ∫ |F⁻¹ − G⁻¹|^p over the steps of both quantile functions, whose ends are counted as whole numbers of 1/(m·n). */
function costOfSorted(a: Float64Array, b: Float64Array, order: 1 | 2): number {
  const [m, n] = [a.length, b.length];
  let [i, j, at, cost] = [0, 0, 0, 0];
  while (i < m && j < n) {
    const end = Math.min((i + 1) * n, (j + 1) * m);
    const gap = Math.abs((a[i] as number) - (b[j] as number));
    cost += (end - at) * (order === 1 ? gap : gap * gap);
    at = end;
    if ((i + 1) * n === end) i++;
    if ((j + 1) * m === end) j++;
  }
  return cost / (m * n);
}

function project(data: ArrayLike<number>, direction: Float64Array, into: Float64Array): void {
  const d = direction.length;
  for (let i = 0; i < into.length; i++) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (data[i * d + k] as number) * (direction[k] as number);
    into[i] = sum;
  }
}

function checkOrder(order: number): void {
  if (order === 1 || order === 2) return;
  throw new MetricsError('option-invalid', `order must be 1 or 2, not ${order}.`);
}

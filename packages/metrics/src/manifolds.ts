import { checkWhole, MetricsError } from './errors';
import { checkPair, row, type Vectors } from './vectors';

/** Options of `precisionRecall` and `densityCoverage`. */
export interface NeighbourOptions {
  /** k: a sample's ball reaches to its k-th nearest neighbour in its own set. */
  readonly neighbours?: number;
}

/**
 * Returns precision and recall (Kynkäänniemi et al. 2019, arXiv:1904.06991, section 2): the share of generated samples within the
 * real ones' manifold, and of real samples within the generated ones'. A manifold is the union of the balls around its
 * samples. Precision falls with bad pictures, recall with missing kinds of pictures. Both in [0, 1].
 *
 * @param real, generated features [N, d], more than k in each; compare equal numbers of both
 * @param options neighbours: k, default 3 as in the paper
 * @throws DenoiserError if there are too few samples, the dimensions differ or a value is not finite.
 */
export function precisionRecall(
  real: Vectors,
  generated: Vectors,
  options: NeighbourOptions = {},
): { precision: number; recall: number } {
  const { neighbours = 3 } = options;
  const sets = prepare(real, generated, neighbours);
  const [realRadii, generatedRadii] = [squaredRadii(sets.real, neighbours), squaredRadii(sets.generated, neighbours)];
  const within = (samples: Rows, centres: Rows, radii: Float64Array): number =>
    samples.filter((x) => centres.some((centre, i) => squaredDistance(x, centre) <= (radii[i] as number))).length /
    samples.length;
  return {
    precision: within(sets.generated, sets.real, realRadii),
    recall: within(sets.real, sets.generated, generatedRadii),
  };
}

/**
 * Returns density and coverage (Naeem et al. 2020, arXiv:2002.09797, equations 3 and 5): how many real samples' balls a generated
 * one lies in, over k; and the share of the real samples' balls that hold a generated one. Sturdier against outliers than
 * precision and recall. Density may exceed 1; its expectation is 1 where both sets come from one distribution.
 *
 * @param real, generated features [N, d], more than k real ones
 * @param options neighbours: k, default 5 as in the paper
 * @throws DenoiserError if there are too few samples, the dimensions differ or a value is not finite.
 */
export function densityCoverage(
  real: Vectors,
  generated: Vectors,
  options: NeighbourOptions = {},
): { density: number; coverage: number } {
  const { neighbours = 5 } = options;
  const sets = prepare(real, generated, neighbours);
  const radii = squaredRadii(sets.real, neighbours);
  let [inside, covered] = [0, 0];
  sets.real.forEach((centre, i) => {
    const held = sets.generated.filter((x) => squaredDistance(x, centre) <= (radii[i] as number)).length;
    inside += held;
    if (held > 0) covered++;
  });
  return { density: inside / (neighbours * sets.generated.length), coverage: covered / sets.real.length };
}

type Rows = readonly ArrayLike<number>[];

function prepare(real: Vectors, generated: Vectors, neighbours: number): { real: Rows; generated: Rows } {
  checkWhole('neighbours', neighbours, 1);
  const { reals, fakes } = checkPair(real, generated, 1);
  const fewest = Math.min(reals, fakes);
  if (fewest <= neighbours) {
    throw new MetricsError(
      'samples-too-few',
      `With ${neighbours} neighbours each set needs at least ${neighbours + 1} samples, but the smaller has ${fewest}; give more.`,
    );
  }
  const rows = (vectors: Vectors, n: number) => Array.from({ length: n }, (_, i) => row(vectors, i));
  return { real: rows(real, reals), generated: rows(generated, fakes) };
}

/** The squared distance of each sample to its k-th nearest other one. */
function squaredRadii(rows: Rows, k: number): Float64Array {
  return Float64Array.from(rows, (x, i) => {
    const nearest = new Array<number>(k).fill(Number.POSITIVE_INFINITY); // ascending
    rows.forEach((y, j) => {
      if (i === j) return;
      const distance = squaredDistance(x, y);
      if (distance >= (nearest[k - 1] as number)) return;
      let at = k - 1;
      for (; at > 0 && (nearest[at - 1] as number) > distance; at--) nearest[at] = nearest[at - 1] as number;
      nearest[at] = distance;
    });
    return nearest[k - 1] as number;
  });
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += ((a[k] as number) - (b[k] as number)) ** 2;
  return sum;
}

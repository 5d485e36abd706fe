import type { Capabilities } from '../capabilities';

/**
 * The part of C that one workgroup computes: columns·4 × rows·each elements, by columns·rows invocations with 4·each sums in
 * registers, from slices of A and B that are `depth` deep and stand in workgroup memory.
 */
export type Tile = {
  /** Invocations along a row of C; each has four columns. */
  readonly columns: number;
  /** Invocations along a column of C. */
  readonly rows: number;
  /** Rows of C for each invocation: 1 or a multiple of 4. */
  readonly each: number;
  /** Steps of the inner sum between two barriers, a multiple of 4. */
  readonly depth: number;
};

/** C[b, m, n] = Σ_k A[b, m, k]·B[b, k, n]. */
export type GemmShape = { readonly m: number; readonly n: number; readonly k: number; readonly batch: number };

/** How a product is spread over workgroups. */
export type GemmPlan = {
  readonly tile: Tile;
  /** Parts of the inner sum that different workgroups compute; if more than 1, a second dispatch adds them up. */
  readonly splits: number;
};

/**
 * From the largest to the smallest. Per FLOP, `wide` reads 1/64 + 1/128 floats from global memory and 3/128 vectors from workgroup
 * memory (three for 32 multiply-adds); `square` 1/64 + 1/64 and 3/128; `small` 1/32 + 1/32 and 2/64. Workgroup memory is 15,360,
 * 10,240 and 9,216 bytes at most, less than the 16,384 that every WebGPU has.
 */
export const TILES = {
  wide: { columns: 16, rows: 16, each: 8, depth: 16 }, // 128 × 64, 256 invocations
  square: { columns: 16, rows: 8, each: 8, depth: 16 }, // 64 × 64, 128 invocations
  small: { columns: 8, rows: 8, each: 4, depth: 32 }, // 32 × 32, 64 invocations
  /** For up to 4 rows: A is as good as free, B is streamed once. 4 × 64, 64 invocations. */
  flat: { columns: 16, rows: 4, each: 1, depth: 32 },
  /** For up to 4 columns: B is as good as free, A is streamed once. 256 × 4, 64 invocations. */
  tall: { columns: 1, rows: 64, each: 4, depth: 8 },
} as const satisfies Record<string, Tile>;

/** Workgroups that keep a GPU busy: a few on each core of the GPUs in phones and laptops, one or two on each of a large one. */
const ENOUGH = 64;
/** An inner sum is not split into parts shorter than this: the traffic of the partial sums would show. */
const SHORTEST_SPLIT = 256;
const MOST_SPLITS = 32;
/** From here on, a part is so long that a larger tile saves more reads than its partial sums cost. */
const LONG_SPLIT = 4096;

/** Rows of a tile. */
export const tileRows = (tile: Tile): number => tile.rows * tile.each;
/** Columns of a tile. */
export const tileColumns = (tile: Tile): number => tile.columns * 4;
/** Invocations in a workgroup. */
export const invocations = (tile: Tile): number => tile.rows * tile.columns;
/** Workgroup memory, with the padding of `sliceVectors` in both slices. */
export const tileBytes = (tile: Tile): number => (tileRows(tile) + tileColumns(tile)) * (tile.depth + 4) * 4;

/**
 * The largest tile of which there are enough to keep the GPU busy, in long splits if need be, and that wastes less than a third of
 * its work at the edges. If there is none, small tiles (or square ones, if C has room for them) with the inner sum split.
 */
export function planGemm(
  { m, n, k, batch }: GemmShape,
  limits: Pick<Capabilities, 'workgroupSize' | 'workgroupBytes'>,
): GemmPlan {
  const fits = (tile: Tile) => invocations(tile) <= limits.workgroupSize && tileBytes(tile) <= limits.workgroupBytes;
  const count = (tile: Tile) => batch * Math.ceil(m / tileRows(tile)) * Math.ceil(n / tileColumns(tile));
  const used = (tile: Tile) => (batch * m * n) / (count(tile) * tileRows(tile) * tileColumns(tile));
  const split = (tile: Tile): GemmPlan => {
    const wanted = Math.ceil(ENOUGH / Math.max(1, count(tile)));
    return { tile, splits: Math.max(1, Math.min(wanted, MOST_SPLITS, Math.floor(k / SHORTEST_SPLIT))) };
  };
  if (n <= 4 && fits(TILES.tall)) return split(TILES.tall);
  if (m <= 4) return split(TILES.flat);
  for (const tile of [TILES.wide, TILES.square, TILES.small]) {
    if (!fits(tile) || used(tile) <= 2 / 3) continue;
    const splits = Math.ceil(ENOUGH / count(tile));
    if (splits === 1 || (tile !== TILES.small && splits <= 8 && k >= splits * LONG_SPLIT)) return { tile, splits };
  }
  const large = split(TILES.square);
  return fits(TILES.square) && used(TILES.square) > 2 / 3 && large.splits > 1 ? large : split(TILES.small);
}

/** The plans with tiles of one kind, the smaller: which fits wherever the larger does; undefined for tiles of a few rows or columns. */
export function planTogether(plans: readonly GemmPlan[]): GemmPlan[] | undefined {
  const order: Tile[] = [TILES.wide, TILES.square, TILES.small];
  const kinds = plans.map(({ tile }) => order.indexOf(tile));
  if (kinds.includes(-1)) return undefined;
  const tile = order[Math.max(...kinds)] as Tile;
  return plans.map(({ splits }) => ({ tile, splits }));
}

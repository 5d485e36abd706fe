import type { BatchShape } from '@denoiser/ops';
import { FLAT_GROUP } from '../dispatch';
import { type Lanes, lanesOf } from './lanes';

/** Elements of a group that one workgroup takes where a group is shared out among several: 16 an invocation. */
const ELEMENTS = 4096;
/** Workgroups to a group, at most: each reads the results of all. */
const BLOCKS = 256;
/** Elements of a group up to which one workgroup takes it alone: another dispatch would cost more than the wait. */
const ALONE = 16384;
/** Groups from which on they fill a GPU with one workgroup each. */
const MANY = 128;

/**
 * How [images, rows, channels] in groups of channels is shared out. A workgroup takes a block of rows of one group of one
 * image; in it, an invocation keeps to one column (`Lanes` of channels), `wide` of them side by side, `high` rows at once.
 */
export type GroupGeometry = {
  readonly images: number;
  readonly rows: number;
  readonly channels: number;
  readonly groups: number;
  /** Whether each image has a scale and a bias of its own. */
  readonly ownScales: boolean;
  readonly lanes: Lanes;
  /** In a row of a group. */
  readonly columns: number;
  readonly wide: number;
  readonly high: number;
  readonly threads: number;
  readonly blockRows: number;
  /** Of a group; 1: the group belongs to one workgroup. */
  readonly blocks: number;
  /** Workgroups. */
  readonly places: number;
};

export function groupGeometry(
  [images, height, width, channels]: BatchShape,
  groups: number,
  { workgroupSize, ownScales }: { workgroupSize: number; ownScales: boolean },
): GroupGeometry {
  const rows = height * width;
  const lanes = lanesOf(channels / groups);
  const columns = channels / groups / lanes.width;
  const limit = Math.min(256, workgroupSize);
  const wide = Math.min(columns, limit);
  const high = Math.max(1, Math.min(Math.floor(limit / wide), rows));
  const size = (rows * channels) / groups;
  const alone = size <= ALONE || images * groups >= MANY;
  const share = Math.max(Math.ceil((ELEMENTS * groups) / channels), Math.ceil(rows / BLOCKS));
  const blockRows = alone ? rows : high * Math.ceil(share / high);
  const blocks = Math.max(1, Math.ceil(rows / Math.max(1, blockRows)));
  const threads = wide * high;
  return {
    images,
    rows,
    channels,
    groups,
    ownScales,
    lanes,
    columns,
    wide,
    high,
    threads,
    blockRows,
    blocks,
    places: rows === 0 ? 0 : images * groups * blocks,
  };
}

/** Names the geometry in a dispatch's key. */
export const keyOf = (s: GroupGeometry): string =>
  [s.images, s.rows, s.channels, s.groups, s.ownScales, s.threads, s.blockRows].join();

/**
 * WGSL: `placeOf(index, local)`, what an invocation works on, `at`, the index of an element, and `scaleAt`, that of a column's
 * scale and bias.
 */
export const groupPlaces = (s: GroupGeometry): string => `
  ${s.lanes.code}
  ${FLAT_GROUP}
  const WIDE = ${s.wide}u;
  const HIGH = ${s.high}u;
  const COLUMNS = ${s.columns}u;
  const ROWS = ${s.rows}u;
  const BLOCKS = ${s.blocks}u;
  const BLOCK_ROWS = ${s.blockRows}u;
  const PLACES = ${s.places}u;
  const WIDTH = ${s.columns * s.lanes.width}.0;
  const SIZE = ${s.rows * s.columns * s.lanes.width}.0;
  struct Place { local: u32, column: u32, slice: u32, image: u32, group: u32, block: u32, first: u32, last: u32 }
  fn placeOf(index: u32, local: u32) -> Place {
    let slice = index / BLOCKS;
    let block = index % BLOCKS;
    let first = block * BLOCK_ROWS;
    let last = min(first + BLOCK_ROWS, ROWS);
    return Place(local, local % WIDE, slice, slice / ${s.groups}u, slice % ${s.groups}u, block, first + local / WIDE, last);
  }
  fn at(p: Place, row: u32, column: u32) -> u32 {
    return ((p.image * ROWS + row) * ${s.groups}u + p.group) * COLUMNS + column;
  }
  fn scaleAt(p: Place, column: u32) -> u32 {
    return (${s.ownScales ? `p.image * ${s.groups}u + ` : ''}p.group) * COLUMNS + column;
  }`;

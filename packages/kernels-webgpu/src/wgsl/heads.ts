import type { Capabilities } from '../capabilities';
import { KernelError } from '../errors';

/** Invocations of a workgroup. */
const THREADS = 64;
/** Bytes of a tile where there is a choice: little, so that many workgroups fit into a GPU's core. */
const TILE_BYTES = 4096;
/** Rows in a tile, at most. */
const TILE_ROWS = 64;
/** Invocations of a team, at most: each reads the shares of all. Heads of more than 256 channels get larger slices. */
const TEAM = 32;
/** Own rows of an invocation. */
const HOLD = 2;

/**
 * How attention shares out the work of one head. An invocation holds two rows of its own (queries, or keys) in registers,
 * four numbers a part; the rows of the other kind pass by in tiles in workgroup memory, which all invocations read at the
 * same place at the same time. Each part that is read serves both own rows: reading is what bounds such a kernel. Where a
 * head is too wide for one invocation's registers, a team of them has the two rows, each with a slice of their parts; they
 * add up their shares of the scores through workgroup memory.
 */
export type HeadPlan = {
  /** Channels of a head. */
  readonly width: number;
  /** Parts of four, the last filled up with zeros. */
  readonly parts: number;
  readonly team: number;
  readonly teams: number;
  /** Parts that an invocation has of a row. */
  readonly slice: number;
  /** Own rows of an invocation; `teams` rows lie between them. */
  readonly hold: number;
  /** Own rows of a workgroup. */
  readonly rows: number;
  readonly threads: number;
  /** Other rows in workgroup memory at once: a multiple of `chunk`. */
  readonly tile: number;
  /** Other rows of which the scores are computed together, to have independent sums in flight. */
  readonly chunk: number;
};

/**
 * @param o width: channels of a head; own, other: rows; slice: parts that fit into registers; shares: numbers that a team
 * adds up for each pair of rows; facts: bytes that go with each row of a tile.
 * @throws DenoiserError if not even one row of the other kind fits into workgroup memory.
 */
export function headPlan(
  o: { width: number; own: number; other: number; slice: number; shares: number; facts: number },
  { workgroupSize, workgroupBytes }: Capabilities,
): HeadPlan {
  const limit = Math.min(THREADS, workgroupSize);
  const parts = Math.ceil(o.width / 4);
  const team = Math.min(TEAM, limit, Math.ceil(parts / o.slice));
  const slice = Math.ceil(parts / team);
  const teams = Math.max(1, Math.min(Math.floor(limit / team), 16 * Math.ceil(o.own / 16 / HOLD)));
  const threads = team * teams;
  const rowBytes = 32 * team * slice + o.facts;
  let chunk = 4;
  const free = () => workgroupBytes - (team > 1 ? 4 * o.shares * threads * HOLD * chunk : 0);
  while (chunk > 1 && chunk * rowBytes > free()) chunk /= 2;
  if (chunk * rowBytes > free()) {
    throw new KernelError(
      'shape-invalid',
      `attention on WebGPU has no room for heads of ${o.width} channels on this device: use more heads.`,
    );
  }
  const most = Math.min(TILE_ROWS, chunk * Math.ceil(o.other / chunk));
  const fit = Math.floor(Math.min(TILE_BYTES, free()) / rowBytes / chunk) * chunk;
  const tile = Math.max(chunk, Math.min(most, fit));
  return { width: o.width, parts, team, teams, slice, hold: HOLD, rows: teams * HOLD, threads, tile, chunk };
}

/** Text for each number below n. */
export const each = (n: number, text: (i: number) => string, separator = '\n'): string =>
  Array.from({ length: n }, (_, i) => text(i)).join(separator);

/** The sum of the texts for each number below n. */
export const sumOf = (n: number, text: (i: number) => string): string => each(n, text, ' + ');

/** Of bindings of [.., heads·width]. */
export const partType = ({ width }: HeadPlan): 'vec4f' | 'f32' => (width % 4 === 0 ? 'vec4f' : 'f32');

/** Where the rows of what a kernel calls q, k, … stand: in which binding, how many heads a row has there, the first of which. */
export type Rows = { readonly binding: string; readonly stride: number; readonly first: number };

/** Each in a binding of its own. */
export const ownRows = (binding: string, heads: number): Rows => ({ binding, stride: heads, first: 0 });

/** WGSL: the number of a head among those of all rows. */
const headAt = ({ stride, first }: Rows) => `(row * ${stride}u + ${first}u + head)`;

/** WGSL: `nameAt(row, head, part)` reads a part of a head of a row of a tensor, see `Dispatch.readable`; zeros beyond the head's last. */
export function readPart(
  name: string,
  { width, parts, team, slice }: HeadPlan,
  rows: Rows,
  { isReadable = false } = {},
): string {
  const { binding } = rows;
  const element = (i: string) => (isReadable ? `at_${binding}(${i})` : `${binding}[${i}]`);
  const guard = team * slice > parts ? `if (part >= ${parts}u) { return vec4f(); }` : '';
  if (width % 4 === 0) {
    return `fn ${name}At(row: u32, head: u32, part: u32) -> vec4f {
      ${guard}
      return ${element(`${headAt(rows)} * ${parts}u + part`)};
    }`;
  }
  return `fn ${name}At(row: u32, head: u32, part: u32) -> vec4f {
    ${guard}
    let start = ${headAt(rows)} * ${width}u + 4u * part;
    let left = ${width}u - 4u * part;
    // What is read beyond the head, or by the rules of WGSL instead of what is beyond the tensor, is not taken.
    let v = vec4f(${each(4, (j) => element(`start + ${j}u`), ', ')});
    return select(vec4f(), v, vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }`;
}

/** WGSL: `nameSet(row, head, part, value)`, the counterpart of `nameAt`, see `Dispatch.writable`, which must be so if parts are vectors. */
export function writePart(
  name: string,
  { width, parts, team, slice }: HeadPlan,
  rows: Rows,
  { isWritable = false } = {},
): string {
  const { binding } = rows;
  const put = (i: string) => (isWritable ? `put_${binding}(${i}, v);` : `${binding}[${i}] = v;`);
  const guard = team * slice > parts ? `if (part >= ${parts}u) { return; }` : '';
  if (width % 4 === 0) {
    return `fn ${name}Set(row: u32, head: u32, part: u32, v: vec4f) {
      ${guard}
      ${put(`${headAt(rows)} * ${parts}u + part`)}
    }`;
  }
  return `fn ${name}Set(row: u32, head: u32, part: u32, v: vec4f) {
    ${guard}
    let start = ${headAt(rows)} * ${width}u + 4u * part;
    let left = ${width}u - 4u * part;
    ${binding}[start] = v.x;
    if (left > 1u) { ${binding}[start + 1u] = v.y; }
    if (left > 2u) { ${binding}[start + 2u] = v.z; }
    if (left > 3u) { ${binding}[start + 3u] = v.w; }
  }`;
}

/**
 * WGSL: a tile of two tensors, from row `start` of `count` on, in workgroup memory; zeros beyond the last row. It stands
 * there by chunks of rows and members of a team, so that an index is checked (as implementations of WGSL do) once for all
 * that an invocation reads of a chunk.
 */
export function tileOf(plan: HeadPlan, names: readonly [string, string], count: number): string {
  const { tile, team, slice, threads, chunk } = plan;
  const [first, second] = names;
  return `
  var<workgroup> ${first}Tile: array<array<array<vec4f, ${slice}>, ${chunk}>, ${(tile / chunk) * team}>;
  var<workgroup> ${second}Tile: array<array<array<vec4f, ${slice}>, ${chunk}>, ${(tile / chunk) * team}>;
  fn loadTile(image: u32, head: u32, start: u32, local: u32) {
    for (var i = local; i < ${tile * team * slice}u; i += ${threads}u) {
      let row = i / ${team * slice}u;
      let part = i % ${team * slice}u;
      var a = vec4f();
      var b = vec4f();
      if (start + row < ${count}u) {
        a = ${first}At(image * ${count}u + start + row, head, part);
        b = ${second}At(image * ${count}u + start + row, head, part);
      }
      let place = row / ${chunk}u * ${team}u + part / ${slice}u;
      ${first}Tile[place][row % ${chunk}u][part % ${slice}u] = a;
      ${second}Tile[place][row % ${chunk}u][part % ${slice}u] = b;
    }
  }`;
}

/** WGSL: `nameChunk`, what the invocation takes of the chunk from row `j` of the tile on: `(*nameChunk)[row][part]`. */
export const chunkOf = (name: string, { chunk, team }: HeadPlan): string =>
  `let ${name}Chunk = &${name}Tile[j / ${chunk}u * ${team}u + member];`;

/** WGSL: memory for the shares of a team, if there is one. */
export const sharesOf = ({ team, threads, hold, chunk }: HeadPlan, type: 'f32' | 'vec2f'): string =>
  team > 1 ? `var<workgroup> shares: array<${type}, ${threads * hold * chunk}>;` : '';

/**
 * WGSL statements: each of the values, variables of an invocation, becomes the sum over its team. `member` is the
 * invocation's number in the team, `own` the team's in the workgroup. At most hold·chunk values.
 */
export function addShares({ team, teams }: HeadPlan, values: readonly string[]): string {
  if (team === 1) return '';
  const count = values.length;
  return `
    ${values.map((value, i) => `shares[(member * ${count}u + ${i}u) * ${teams}u + own] = ${value};`).join('\n')}
    workgroupBarrier();
    ${values.map((value, i) => `${value} = shares[${i * teams}u + own];`).join('\n')}
    for (var other = 1u; other < ${team}u; other++) {
      ${values.map((value, i) => `${value} += shares[(other * ${count}u + ${i}u) * ${teams}u + own];`).join('\n')}
    }
    workgroupBarrier();`;
}

/**
 * The entry point. `body` works on rows `row0`, `row1`, … (of `count`, perhaps beyond) of an image, for a head; `part` is
 * the first part of the invocation's slice.
 */
export function forEachHead(plan: HeadPlan, o: { heads: number; count: number; groups: number }, body: string): string {
  const blocks = Math.ceil(o.count / plan.rows);
  return `
    @compute @workgroup_size(${plan.threads})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
            @builtin(local_invocation_index) local: u32) {
      let index = flatGroup(group, groups);
      if (index >= ${o.groups}u) { return; }
      let image = index / ${blocks * o.heads}u;
      let head = index / ${blocks}u % ${o.heads}u;
      let own = local % ${plan.teams}u;
      let member = ${plan.team === 1 ? '0u' : `local / ${plan.teams}u`};
      let part = member * ${plan.slice}u;
      ${each(plan.hold, (r) => `let row${r} = index % ${blocks}u * ${plan.rows}u + ${r * plan.teams}u + own;`)}
      ${body}
    }`;
}

/** Workgroups of it. */
export const headGroups = (plan: HeadPlan, o: { images: number; heads: number; count: number }): number =>
  o.images * o.heads * Math.ceil(o.count / plan.rows);

import type { GroupGeometry } from './group-places';
import { moments } from './moments';
import { workgroupSum } from './reductions';

/**
 * What the moments of a group are made of: x itself, where a group is one block; `partials`, which has (mean, squared deviations) of each
 * block, or of as many parts of equal size as `parts` says; `moments`, which has (mean, 1/σ) of each group.
 */
export type MomentsSource = 'x' | 'partials' | 'moments' | { readonly parts: number };

/**
 * WGSL: the mean and 1/σ of a group. `blockMoments(p)`: (mean, squared deviations) of the block of `x` at a place.
 * `groupMoments(p)`: (mean, 1/σ). Needs `groupPlaces`.
 *
 * @param element WGSL of element i of x
 */
export function groupMoments(
  s: GroupGeometry,
  epsilon: number,
  source: MomentsSource,
  element = (i: string) => `x[${i}]`,
): string {
  const { threads } = s;
  if (source === 'moments') {
    return `${workgroupSum(threads)}
    fn groupMoments(p: Place) -> vec2f { return moments[p.slice]; }`;
  }
  const parts = source === 'x' ? 1 : source === 'partials' ? s.blocks : source.parts;
  const sizeOfPart = source === 'partials' ? 'sizeOf(b)' : `${(s.columns * s.lanes.width * s.rows) / parts}.0`;
  return `
    ${workgroupSum(threads)}
    ${moments('workgroupSum')}
    fn blockMoments(p: Place) -> vec2f {
      var m = Moments();
      for (var row = p.first; row < p.last; row += HIGH) {
        for (var column = p.column; column < COLUMNS; column += WIDE) { include(&m, ${element('at(p, row, column)')}); }
      }
      return merged(m, f32(p.last - p.block * BLOCK_ROWS) * WIDTH, p.local);
    }
    fn groupMoments(p: Place) -> vec2f {
      ${
        source === 'x'
          ? `
      let m = blockMoments(p);
      let mean = m.x;
      let deviations = m.y;`
          : `
      var part = 0.0;
      for (var b = p.local; b < ${parts}u; b += ${threads}u) { part += ${sizeOfPart} * partials[p.slice * ${parts}u + b].x; }
      let mean = workgroupSum(vec2f(part, 0.0), p.local).x / SIZE;
      part = 0.0;
      for (var b = p.local; b < ${parts}u; b += ${threads}u) {
        let m = partials[p.slice * ${parts}u + b];
        part += m.y + ${sizeOfPart} * (m.x - mean) * (m.x - mean);
      }
      let deviations = workgroupSum(vec2f(part, 0.0), p.local).x;`
      }
      return vec2f(mean, inverseSqrt(deviations / SIZE + f32(${epsilon})));
    }
    /** Elements in a block. */
    fn sizeOf(block: u32) -> f32 { return f32(min(BLOCK_ROWS, ROWS - block * BLOCK_ROWS)) * WIDTH; }`;
}

/** Everything but the body of an entry point that works at one place. */
export const atEachPlace = (threads: number, body: string): string => `
  @compute @workgroup_size(${threads})
  fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
          @builtin(local_invocation_index) local: u32) {
    let index = flatGroup(group, groups);
    ${body}
  }`;

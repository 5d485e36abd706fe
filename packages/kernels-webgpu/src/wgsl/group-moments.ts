import type { GroupGeometry } from './group-places';
import { moments } from './moments';
import { workgroupSum } from './reductions';

/**
 * WGSL: the mean and 1/σ of a group. `blockMoments(p)`: (mean, squared deviations) of the block of `x` at a place.
 * `groupMoments(p)`: (mean, 1/σ), put together from `partials`, which holds the former for all places, or, where a group
 * is one block, from x itself. Needs `groupPlaces`.
 */
export function groupMoments({ threads, blocks }: GroupGeometry, epsilon: number): string {
  const factor = `inverseSqrt(deviations / SIZE + f32(${epsilon}))`;
  return `
    ${workgroupSum(threads)}
    ${moments('workgroupSum')}
    fn blockMoments(p: Place) -> vec2f {
      var m = Moments();
      for (var row = p.first; row < p.last; row += HIGH) {
        for (var column = p.column; column < COLUMNS; column += WIDE) { include(&m, x[at(p, row, column)]); }
      }
      return merged(m, f32(p.last - p.block * BLOCK_ROWS) * WIDTH, p.local);
    }
    fn groupMoments(p: Place) -> vec2f {
      ${
        blocks === 1
          ? `
      let m = blockMoments(p);
      let mean = m.x;
      let deviations = m.y;`
          : `
      var part = 0.0;
      for (var b = p.local; b < BLOCKS; b += ${threads}u) { part += sizeOf(b) * partials[p.slice * BLOCKS + b].x; }
      let mean = workgroupSum(vec2f(part, 0.0), p.local).x / SIZE;
      part = 0.0;
      for (var b = p.local; b < BLOCKS; b += ${threads}u) {
        let m = partials[p.slice * BLOCKS + b];
        part += m.y + sizeOf(b) * (m.x - mean) * (m.x - mean);
      }
      let deviations = workgroupSum(vec2f(part, 0.0), p.local).x;`
      }
      return vec2f(mean, ${factor});
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

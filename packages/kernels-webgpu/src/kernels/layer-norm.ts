import {
  LayerNorm,
  type LayerNormAttrs,
  LayerNormGrad,
  type LayerNormGradInputs,
  type LayerNormInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { FLAT_GROUP, flat, sizeOf } from '../dispatch';
import { lanesOf } from '../wgsl/lanes';
import { moments } from '../wgsl/moments';
import { rowSum, sumOverRows } from '../wgsl/reductions';
import { sumColumns, sumNothing } from './column-sums';
import { kernel } from './kernel';

/** Rows of which one workgroup of the gradient adds up what goes to scale and bias, at the least and at the most. */
const BLOCK = { least: 32, most: 128 };
/** Blocks from which on they become larger. */
const BLOCKS = 512;

/**
 * How rows are shared out: `team` neighbouring invocations take one row, each about two `Lanes` of it (at most 32
 * invocations, which then take more), so that a workgroup of 256 has 8 to 256 rows.
 */
function geometryOf(x: TensorInfo, { capabilities }: DenoiserWebGPUBackend) {
  const channels = x.shape.at(-1) as number;
  const rows = sizeOf(x.shape.slice(0, -1));
  const lanes = lanesOf(channels);
  const columns = channels / lanes.width;
  const limit = Math.min(256, capabilities.workgroupSize);
  const team = Math.min(32, limit, 2 ** Math.ceil(Math.log2(Math.max(1, columns / 2))));
  const teams = Math.max(1, Math.min(Math.floor(limit / team), rows));
  return { channels, rows, lanes, columns, team, teams, threads: team * teams };
}
type Geometry = ReturnType<typeof geometryOf>;

/** WGSL: `rowMoments(row, local)` gives (mean, 1/σ) of a row; all invocations call it. */
const rowMoments = (s: Geometry, epsilon: number) => `
  ${s.lanes.code}
  ${FLAT_GROUP}
  ${rowSum(s.threads, s.team)}
  ${moments('rowSum')}
  fn rowMoments(row: u32, local: u32) -> vec2f {
    var m = Moments();
    if (row < ${s.rows}u) {
      for (var column = local % ${s.team}u; column < ${s.columns}u; column += ${s.team}u) {
        include(&m, x[row * ${s.columns}u + column]);
      }
    }
    let both = merged(m, ${s.channels}.0, local);
    return vec2f(both.x, inverseSqrt(both.y / ${s.channels}.0 + f32(${epsilon})));
  }`;

/**
 * One dispatch. A team of invocations takes a row: moments in one pass (Welford), then the row again, from the cache.
 * Per element about 12 FLOPs; 8 bytes, x read and y written. 2 KB of workgroup memory.
 */
export function normalizeRows(
  backend: DenoiserWebGPUBackend,
  { x, scale, bias }: LayerNormInputs,
  { epsilon }: LayerNormAttrs,
): TensorInfo {
  const s = geometryOf(x, backend);
  const { type } = s.lanes;
  const y = backend.make(x.shape);
  backend.run({
    key: `layerNorm ${[s.rows, s.channels, epsilon, s.threads]}`,
    reads: { x, scale, bias },
    writes: { y },
    types: { x: type, scale: type, bias: type, y: type },
    workgroups: flat(Math.ceil(s.rows / s.teams)),
    code: () => `
      ${rowMoments(s, epsilon)}
      @compute @workgroup_size(${s.threads})
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
              @builtin(local_invocation_index) local: u32) {
        let row = flatGroup(group, groups) * ${s.teams}u + local / ${s.team}u;
        let m = rowMoments(row, local);
        if (row >= ${s.rows}u) { return; }
        for (var column = local % ${s.team}u; column < ${s.columns}u; column += ${s.team}u) {
          let at = row * ${s.columns}u + column;
          y[at] = (x[at] - m.x) * m.y * scale[column] + bias[column];
        }
      }`,
  });
  return y;
}

/**
 * dx = (g − mean(g) − x̂·mean(g·x̂))/σ, plus a residual's gradient if there is one, with g = dy·scale; dscale = Σ dy·x̂, dbias = Σ dy over the rows.
 *
 * Two dispatches, one if there is a single block of rows. A workgroup takes a block of 32 to 128 rows: first, in teams, each
 * row's mean, 1/σ and the two means of its gradient, into workgroup memory; then, an invocation to a column, dx and the
 * column's sums, which the second dispatch adds up over the blocks. Statistics are computed again, not kept.
 * Per element about 30 FLOPs; 12 bytes (x and dy read, dx written) and, per block, 8 bytes a channel written and read:
 * at most 4 % more. x and dy are read again from the cache. 11 to 12 KB of workgroup memory.
 */
export function gradientsOfRows(
  backend: DenoiserWebGPUBackend,
  inputs: LayerNormGradInputs & { readonly residual?: TensorInfo },
  { epsilon }: LayerNormAttrs,
): [dx: TensorInfo, dscale: TensorInfo, dbias: TensorInfo] {
  const { x, scale, bias, dy, residual } = inputs;
  const s = geometryOf(x, backend);
  const { type, width } = s.lanes;
  const block = Math.min(BLOCK.most, Math.max(BLOCK.least, Math.ceil(s.rows / BLOCKS)));
  const blocks = Math.ceil(s.rows / block);
  const wide = Math.min(s.columns, s.threads);
  const high = Math.floor(s.threads / wide);
  const dx = backend.make(x.shape);
  const dscale = backend.makeGradient(scale);
  const dbias = backend.makeGradient(bias);
  if (s.rows === 0) {
    sumNothing(backend, { dscale, dbias });
    return [dx, dscale, dbias];
  }
  const sums = blocks > 1 ? backend.make([blocks, s.channels, 2]) : undefined;
  const store = Array.from({ length: width }, (_, lane) => {
    const at = width === 1 ? '' : `[${lane}]`;
    const channel = `column * ${width}u + ${lane}u`;
    return sums
      ? `sums[index * ${s.channels}u + ${channel}] = vec2f(all.first${at}, all.second${at});`
      : `dbias[${channel}] = all.first${at}; dscale[${channel}] = all.second${at};`;
  });
  backend.run({
    key: `layerNormGrad ${[s.rows, s.channels, epsilon, s.threads, block, Boolean(residual)]}`,
    reads: { x, dy, scale, ...(residual && { residual }) },
    writes: sums ? { dx, sums } : { dx, dscale, dbias },
    types: { x: type, dy: type, scale: type, residual: type, dx: type, ...(sums && { sums: 'vec2f' }) },
    workgroups: flat(blocks),
    code: () => `
      ${rowMoments(s, epsilon)}
      ${sumOverRows(s.threads, wide, high)}
      struct Row { mean: f32, factor: f32, slope: f32, overlap: f32 }
      var<workgroup> facts: array<Row, ${block}>;
      @compute @workgroup_size(${s.threads})
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
              @builtin(local_invocation_index) local: u32) {
        let index = flatGroup(group, groups);
        if (index >= ${blocks}u) { return; }
        let first = index * ${block}u;
        let count = min(${block}u, ${s.rows}u - first);
        for (var start = 0u; start < ${block}u; start += ${s.teams}u) {
          let i = start + local / ${s.team}u;
          let row = select(${s.rows}u, first + i, i < count);
          let m = rowMoments(row, local);
          var g = Lanes();
          var gx = Lanes();
          if (row < ${s.rows}u) {
            for (var column = local % ${s.team}u; column < ${s.columns}u; column += ${s.team}u) {
              let at = row * ${s.columns}u + column;
              let slope = dy[at] * scale[column];
              g += slope;
              gx += slope * ((x[at] - m.x) * m.y);
            }
          }
          let means = rowSum(vec2f(total(g), total(gx)), local) / ${s.channels}.0;
          if (row < ${s.rows}u && local % ${s.team}u == 0u) { facts[i] = Row(m.x, m.y, means.x, means.y); }
        }
        workgroupBarrier();
        for (var tile = 0u; tile < ${s.columns}u; tile += ${wide}u) {
          let column = tile + local % ${wide}u;
          let isColumn = column < ${s.columns}u && local < ${wide * high}u;
          var toBias = Lanes();
          var toScale = Lanes();
          if (isColumn) {
            let factor = scale[column];
            for (var i = local / ${wide}u; i < count; i += ${high}u) {
              let row = facts[i];
              let at = (first + i) * ${s.columns}u + column;
              let slope = dy[at];
              let normal = (x[at] - row.mean) * row.factor;
              dx[at] = (slope * factor - row.slope - normal * row.overlap) * row.factor${residual ? ' + residual[at]' : ''};
              toBias += slope;
              toScale += slope * normal;
            }
          }
          let all = sumOverRows(toBias, toScale, local);
          if (isColumn && local < ${wide}u) { ${store.join(' ')} }
        }
      }`,
  });
  if (sums) {
    sumColumns(backend, { sets: 1, rows: blocks, columns: sizeOf(scale.shape), sums, dscale, dbias });
    backend.disposeData(sums.dataId);
  }
  return [dx, dscale, dbias];
}

export const layerNormKernels = [
  kernel<LayerNormInputs, LayerNormAttrs>(LayerNorm, (inputs, attrs, backend) => normalizeRows(backend, inputs, attrs)),
  kernel<LayerNormGradInputs, LayerNormAttrs>(LayerNormGrad, (inputs, attrs, backend) =>
    gradientsOfRows(backend, inputs, attrs),
  ),
];

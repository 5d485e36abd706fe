import type { TensorInfo } from '@tensorflow/tfjs-core';
import { dense, type Operand } from './gemm-operand';
import { invocations, type Tile, tileRows } from './gemm-plan';

/** x [rows, channels] as a layer norm has it, without the numbers being stored. Channels are a multiple of 4. */
export type Normed = {
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly shift: TensorInfo;
  /** (mean, 1/σ) of each row. */
  readonly moments: TensorInfo;
  readonly rows: number;
  readonly channels: number;
};

const types = { scale: 'vec4f', shift: 'vec4f', moments: 'vec2f' };

/** Whether a tile has as many invocations for each row as `normedRows` takes. */
export const suitsNormedRows = (tile: Tile): boolean => invocations(tile) === 2 * tileRows(tile) && tile.rows > 1;

/**
 * Its rows as A, normalized as they are loaded: before that, two invocations a row compute its mean and 1/σ, which the tiles of the first
 * columns leave in `moments`. Reads x three times, twice of it from caches. 8 bytes of workgroup memory a row.
 */
export function normedRows({ x, scale, shift, moments, rows, channels }: Normed, tile: Tile, epsilon: number): Operand {
  const [height, vectors] = [tileRows(tile), channels / 4];
  return {
    ...dense({ tensor: x, packing: 'inner', outer: rows, inner: channels }),
    key: `normed rows ${rows} ${channels} ${epsilon}`,
    beside: { reads: { scale, shift }, writes: { moments }, types },
    code: (name) => `
      var<workgroup> rowMoments: array<vec2f, ${height}>;
      fn place_${name}(batch: u32, outer: u32) -> u32 { return outer; }
      fn load_${name}(row: u32, k: u32) -> vec4f {
        let m = rowMoments[row % ${height}u];
        return (at_${name}(row * ${vectors}u + k / 4u) - m.x) * m.y * at_scale(k / 4u) + at_shift(k / 4u);
      }
      // Of both invocations of a row.
      fn rowSum(value: f32, local: u32) -> f32 {
        workgroupBarrier();
        slice_a[local].x = value;
        workgroupBarrier();
        return slice_a[local - local % 2u].x + slice_a[local - local % 2u + 1u].x;
      }
      fn prepare_${name}(firstRow: u32, isFirst: bool, local: u32) {
        let row = firstRow + local / 2u;
        let place = min(row, ${rows - 1}u) * ${vectors}u;
        var part = vec4f();
        for (var i = local % 2u; i < ${vectors}u; i += 2u) { part += at_${name}(place + i); }
        let mean = rowSum(dot(part, vec4f(1.0)), local) / ${channels}.0;
        var squares = vec4f();
        for (var i = local % 2u; i < ${vectors}u; i += 2u) { let d = at_${name}(place + i) - mean; squares += d * d; }
        let deviations = rowSum(dot(squares, vec4f(1.0)), local);
        let m = vec2f(mean, inverseSqrt(deviations / ${channels}.0 + f32(${epsilon})));
        if (local % 2u == 0u) {
          rowMoments[local / 2u] = m;
          if (isFirst && row < ${rows}u) { moments[row] = m; }
        }
        workgroupBarrier();
      }`,
    prepare: (name) => `prepare_${name}(firstRow, firstColumn + start == 0u, local);`,
  };
}

/** Its channels as rows of A, the sum running over its rows, whose moments are known. */
export function normedChannels({ x, scale, shift, moments, rows, channels }: Normed): Operand {
  const vectors = channels / 4;
  return {
    ...dense({ tensor: x, packing: 'outer', outer: channels, inner: rows }),
    key: `normed channels ${rows} ${channels}`,
    beside: { reads: { scale, shift, moments }, types },
    code: (name) => `
      fn place_${name}(batch: u32, outer: u32) -> u32 { return outer / 4u; }
      fn load_${name}(channel: u32, k: u32) -> vec4f {
        let m = at_moments(k);
        return (at_${name}(k * ${vectors}u + channel) - m.x) * m.y * at_scale(channel) + at_shift(channel);
      }`,
  };
}

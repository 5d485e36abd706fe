import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { sizeOf } from '../dispatch';
import { type ColumnSums, columnSumGroups, columnSums } from '../wgsl/column-sums';

/**
 * One dispatch: dscale and dbias [sets][columns] from the [sets][rows][columns] of (by bias, by scale) that `sums` begins with.
 */
export function sumColumns(
  backend: DenoiserWebGPUBackend,
  o: Omit<ColumnSums, 'threads'> & { sums: TensorInfo; dscale: TensorInfo; dbias: TensorInfo },
): void {
  const { sums, dscale, dbias, sets, rows, columns } = o;
  const threads = Math.min(256, backend.capabilities.workgroupSize);
  backend.run({
    key: `columnSums ${[threads, sets, rows, columns]}`,
    reads: { sums },
    writes: { dscale, dbias },
    types: { sums: 'vec2f' },
    workgroups: [columnSumGroups({ sets, columns, threads })],
    code: () => `
      ${columnSums({ threads, sets, rows, columns, offset: 0 })}
      @compute @workgroup_size(${threads})
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
        columnSums(group.x, local);
      }`,
  });
}

/** dscale and dbias where there is nothing to add up: zeros. */
export function sumNothing(
  backend: DenoiserWebGPUBackend,
  { dscale, dbias }: { dscale: TensorInfo; dbias: TensorInfo },
): void {
  const sums = backend.make([1, 2]);
  sumColumns(backend, { sets: 1, rows: 0, columns: sizeOf(dscale.shape), sums, dscale, dbias });
  backend.disposeData(sums.dataId);
}

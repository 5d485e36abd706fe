import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { columnSumGroups, columnSums } from '../wgsl/column-sums';

/** One dispatch: dscale and dbias [columns] from the [rows][columns] of (by bias, by scale) that `sums` begins with. */
export function sumColumns(
  backend: DenoiserWebGPUBackend,
  { rows, ...tensors }: { rows: number; sums: TensorInfo; dscale: TensorInfo; dbias: TensorInfo },
): void {
  const { sums, dscale, dbias } = tensors;
  const columns = dscale.shape[0] as number;
  const threads = Math.min(256, backend.capabilities.workgroupSize);
  backend.run({
    key: `columnSums ${[threads, rows, columns]}`,
    reads: { sums },
    writes: { dscale, dbias },
    types: { sums: 'vec2f' },
    workgroups: [columnSumGroups(columns, threads)],
    code: () => `
      ${columnSums({ threads, rows, columns, offset: 0 })}
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
  sumColumns(backend, { rows: 0, sums, dscale, dbias });
  backend.disposeData(sums.dataId);
}

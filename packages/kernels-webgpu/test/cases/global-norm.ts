import { GlobalNorm, globalNorm } from '@denoiser/ops';
import type { KernelCase } from './case';
import { values } from './values';

const normOf = (shapes: number[][]) => () => globalNorm(shapes.map((shape, i) => values(shape, i)));
const base = { kernels: [GlobalNorm], capabilities: { storageBuffers: 8 } };

export const globalNormCases: readonly KernelCase[] = [
  { ...base, name: 'the norm of one number', compute: normOf([[]]) },
  { ...base, name: 'the norm of a tensor of many workgroups', compute: normOf([[700, 1000]]) },
  {
    ...base,
    name: 'the norm in workgroups of 32 invocations',
    capabilities: { workgroupSize: 32 },
    compute: normOf([[70, 100], [33]]),
  },
  {
    ...base,
    name: 'the norm of more tensors than a shader sees, of all sizes',
    compute: normOf([[3, 3, 4, 8], [7], [64], [1], [], [5, 3], [12], [30, 601], [3], [16], [40, 500]]),
  },
];

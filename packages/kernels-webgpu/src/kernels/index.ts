import { activationKernels } from './activations';
import type { GpuKernel } from './kernel';

/** All kernels. A new one is a file and a line here. */
export const gpuKernels: readonly GpuKernel[] = [...activationKernels];

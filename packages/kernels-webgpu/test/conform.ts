import { type ConformanceCase, checkConformance } from '@denoiser/ops/testing';
import type { WebGPU } from '../src';
import type { Capabilities } from '../src/capabilities';
import { gpuKernels } from '../src/kernels';

const own = new Set(gpuKernels.map(({ name }) => name));

/**
 * Checks a case on the GPU; throws what is wrong, also what the GPU finds wrong.
 *
 * @param lesser what the adapter is made out to be meanwhile
 */
export async function conform(
  { backend, device }: WebGPU,
  one: ConformanceCase,
  lesser: Partial<Capabilities> = {},
): Promise<void> {
  const { capabilities } = backend;
  device.pushErrorScope('validation');
  Object.assign(backend, { capabilities: { ...capabilities, ...lesser } });
  const checked = checkConformance(one, { backends: ['webgpu'], own });
  await Promise.allSettled([checked]);
  Object.assign(backend, { capabilities });
  const error = await device.popErrorScope();
  if (error) throw new Error(`${one.name}: ${error.message}`);
  await checked;
}

import {
  engine,
  getKernel,
  type KernelFunc,
  registerBackend,
  registerKernel,
  removeBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { DenoiserWebGPUBackend } from './backend';
import type { Capabilities } from './capabilities';
import { KernelError } from './errors';
import { gpuKernels } from './kernels';
import type { GpuKernel } from './kernels/kernel';
import { requestDevice } from './request-device';

/** tfjs's own name: its kernels are registered under it, and ours replace some of them. */
const BACKEND = 'webgpu';

/** What `registerWebGPU` gives. */
export type WebGPU = {
  /** For `tf.setBackend`. */
  readonly backendName: 'webgpu';
  readonly backend: DenoiserWebGPUBackend;
  readonly device: GPUDevice;
  /** What the graphics adapter says of itself. */
  readonly adapterInfo: GPUAdapterInfo | undefined;
  readonly capabilities: Capabilities;
  /** Settles when the device is lost. Every tensor on it is gone then; register again to go on. */
  readonly lost: Promise<GPUDeviceLostInfo>;
};

/**
 * Registers tfjs's WebGPU backend on a device with all that its adapter allows, and the kernels of this package on it. Then
 * `tf.setBackend('webgpu')`. A second call, after a device was lost, takes a new one.
 *
 * @param options gpu: default `navigator.gpu`; device and adapterInfo: a device of the caller's instead.
 * @throws DenoiserError if there is no WebGPU, or no graphics adapter.
 */
export async function registerWebGPU(
  options: { gpu?: GPU; device?: GPUDevice; adapterInfo?: GPUAdapterInfo } = {},
): Promise<WebGPU> {
  const { gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu } = options;
  if (!gpu) {
    throw new KernelError(
      'webgpu-missing',
      'There is no WebGPU here: use a recent Chrome, Edge, Firefox or Safari, on a page served from https or localhost.',
    );
  }
  const { device, adapterInfo } = options.device
    ? { device: options.device, adapterInfo: options.adapterInfo }
    : await requestDevice(gpu);
  for (const one of gpuKernels) replace(one);
  const backend = new DenoiserWebGPUBackend(device, adapterInfo);
  if (BACKEND in engine().registryFactory) removeBackend(BACKEND);
  registerBackend(BACKEND, () => backend, 3);
  return { backendName: BACKEND, backend, device, adapterInfo, capabilities: backend.capabilities, lost: device.lost };
}

/** A registered kernel of ours remembers tfjs's, which it takes the place of. */
type OurKernelFunc = KernelFunc & { readonly stock?: KernelFunc | undefined };

function replace({ name, run }: GpuKernel): void {
  const present = getKernel(name, BACKEND)?.kernelFunc as OurKernelFunc | undefined;
  const stock: KernelFunc | undefined = present && 'stock' in present ? present.stock : present;
  if (present) unregisterKernel(name, BACKEND); // quietly: tfjs warns of a second registration
  const kernelFunc: KernelFunc = (call) => {
    const { inputs, attrs, backend } = call;
    return run(inputs as never, attrs as never, backend as DenoiserWebGPUBackend, () => {
      if (!stock)
        throw new Error(`tfjs's WebGPU backend has no kernel ${name}, and ours cannot do what was asked of it.`);
      return stock(call);
    });
  };
  registerKernel({ kernelName: name, backendName: BACKEND, kernelFunc: Object.assign(kernelFunc, { stock }) });
}

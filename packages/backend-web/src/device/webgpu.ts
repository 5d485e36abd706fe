import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';
import { EMULATED, isEmulated } from './emulated';

/** WebGPU with denoiser's kernels, `@denoiser/kernels-webgpu`. */
export const webgpu: DeviceCandidate = {
  name: 'webgpu',
  backend: 'webgpu',
  description: "the graphics card, by WebGPU with denoiser's kernels",
  async obstacle() {
    const gpu = gpuOfBrowser();
    if (!gpu) {
      return globalThis.isSecureContext === false
        ? 'WebGPU is only for pages from https or localhost'
        : 'this browser has no WebGPU';
    }
    return (await gpu.requestAdapter()) ? undefined : 'WebGPU found no graphics adapter';
  },
  async reservation() {
    const info = (await gpuOfBrowser()?.requestAdapter())?.info as
      | (GPUAdapterInfo & { readonly isFallbackAdapter?: boolean })
      | undefined;
    return info?.isFallbackAdapter || isEmulated(`${info?.architecture} ${info?.description}`) ? EMULATED : undefined;
  },
  async start() {
    const { registerWebGPU } = await import('@denoiser/kernels-webgpu');
    const { backendName, device, lost } = await registerWebGPU();
    if (!(await setBackend(backendName))) throw new Error('its backend did not start');
    return {
      threads: 1,
      gpu: { device, lost: lost.then(({ message, reason }) => message.split('\n')[0] || reason || 'unknown reason') },
    };
  },
};

const gpuOfBrowser = (): GPU | undefined => (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;

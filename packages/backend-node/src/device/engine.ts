import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';

/** denoiser's CPU engine, `@denoiser/kernels-cpu`. */
export const engine: DeviceCandidate = {
  name: 'engine',
  backend: 'denoiser',
  description: "denoiser's CPU engine, WebAssembly with SIMD and threads",
  async obstacle() {
    try {
      await import('@denoiser/kernels-cpu');
      return undefined;
    } catch {
      return 'the package @denoiser/kernels-cpu is not installed';
    }
  },
  async start() {
    const { registerCpuEngine } = await import('@denoiser/kernels-cpu');
    const { backendName, threads } = await registerCpuEngine();
    if (!(await setBackend(backendName))) throw new Error('its backend did not start');
    return { threads };
  },
};

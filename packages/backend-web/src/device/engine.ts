import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';
import { allowsWasm, WITHOUT_WASM } from './policy';

/** denoiser's CPU engine, `@denoiser/kernels-cpu`. */
export const engine: DeviceCandidate = {
  name: 'engine',
  backend: 'denoiser',
  description: "denoiser's CPU engine, WebAssembly with SIMD and threads",
  async obstacle() {
    if (typeof WebAssembly !== 'object') return 'this browser has no WebAssembly';
    return allowsWasm() ? undefined : WITHOUT_WASM;
  },
  async start() {
    const { registerCpuEngine } = await import('@denoiser/kernels-cpu');
    const { backendName, threads } = await registerCpuEngine();
    if (!(await setBackend(backendName))) throw new Error('its backend did not start');
    return { threads };
  },
};

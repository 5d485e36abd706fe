import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';

/** tfjs's WebAssembly backend, with the kernels that training needs and it lacks. */
export const wasm: DeviceCandidate = {
  name: 'wasm',
  backend: 'wasm',
  description: "TensorFlow.js's WebAssembly backend, with SIMD",
  async obstacle() {
    try {
      await import('@tensorflow/tfjs-backend-wasm');
      return undefined;
    } catch {
      return 'the package @tensorflow/tfjs-backend-wasm is not installed';
    }
  },
  async start() {
    if (!(await setBackend('wasm'))) throw new Error('its WebAssembly module did not start');
    completeWasmBackend();
    return { threads: 1 }; // the stock backend has threads in browsers only
  },
};

import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';
import { findPackage } from './find-package';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** tfjs's WebAssembly backend, with the kernels that training needs and it lacks. */
export const wasm: DeviceCandidate = {
  name: 'wasm',
  backend: 'wasm',
  description: "TensorFlow.js's WebAssembly backend, with SIMD",
  async obstacle() {
    return findPackage(PACKAGE) === undefined ? `the package ${PACKAGE} is not installed` : undefined;
  },
  async start() {
    await import('@tensorflow/tfjs-backend-wasm');
    if (!(await setBackend('wasm'))) throw new Error('its WebAssembly module did not start');
    completeWasmBackend();
    return { threads: 1 }; // the stock backend has threads in browsers only
  },
};

import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';

/** tfjs's WebGL backend, with denoiser's ops as compositions of its kernels. */
export const webgl: DeviceCandidate = {
  name: 'webgl',
  backend: 'webgl',
  description: "the graphics card, by TensorFlow.js's WebGL backend",
  async obstacle() {
    const hasCanvas = typeof OffscreenCanvas === 'function' && new OffscreenCanvas(1, 1).getContext('webgl2') !== null;
    return hasCanvas ? undefined : 'this browser has no WebGL 2 here';
  },
  async start() {
    if (!(await setBackend('webgl'))) throw new Error('its backend did not start');
    return { threads: 1 };
  },
};

import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';
import { EMULATED, isEmulated } from './emulated';

/** tfjs's WebGL backend, with denoiser's ops as compositions of its kernels. */
export const webgl: DeviceCandidate = {
  name: 'webgl',
  backend: 'webgl',
  description: "the graphics card, by TensorFlow.js's WebGL backend",
  async obstacle() {
    return context() ? undefined : 'this browser has no WebGL 2 here';
  },
  async reservation() {
    const gl = context({ failIfMajorPerformanceCaveat: true });
    if (!gl) return EMULATED;
    const names = gl.getExtension('WEBGL_debug_renderer_info');
    const name = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    return isEmulated(String(name)) ? EMULATED : undefined;
  },
  async start() {
    if (!(await setBackend('webgl'))) throw new Error('its backend did not start');
    return { threads: 1 };
  },
};

const context = (attributes?: WebGLContextAttributes): WebGL2RenderingContext | null =>
  typeof OffscreenCanvas === 'function' ? new OffscreenCanvas(1, 1).getContext('webgl2', attributes) : null;

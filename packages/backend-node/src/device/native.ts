import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';

/** denoiser's CPU engine on its native machine, `@denoiser/kernels-cpu-native`. */
export const native: DeviceCandidate = {
  name: 'native',
  backend: 'denoiser-native',
  description: "denoiser's CPU engine with the processor's own vectors and threads",
  async obstacle() {
    try {
      const { nativeObstacle } = await import('@denoiser/kernels-cpu-native');
      return nativeObstacle();
    } catch {
      return 'the package @denoiser/kernels-cpu-native is not installed';
    }
  },
  async start() {
    const { registerNativeEngine } = await import('@denoiser/kernels-cpu-native');
    const { backendName, threads } = registerNativeEngine();
    if (!(await setBackend(backendName))) throw new Error('its backend did not start');
    return { threads };
  },
};

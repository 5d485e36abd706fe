import { setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';

/** tfjs's plain JavaScript backend: slow, always there. */
export const cpu: DeviceCandidate = {
  name: 'cpu',
  backend: 'cpu',
  description: "TensorFlow.js's plain JavaScript backend, which is slow but runs everywhere",
  obstacle: async () => undefined,
  async start() {
    if (!(await setBackend('cpu'))) throw new Error('it did not start');
    return { threads: 1 };
  },
};

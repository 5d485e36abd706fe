import { enableProdMode, env, scalar, setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';

/** tfjs's plain JavaScript backend: slow, always there. */
export const cpu: DeviceCandidate = {
  name: 'cpu',
  backend: 'cpu',
  description: "TensorFlow.js's plain JavaScript backend, which is slow but runs everywhere",
  obstacle: async () => undefined,
  async start() {
    if (!(await setBackend('cpu'))) throw new Error('it did not start');
    greetQuietly();
    return { threads: 1 };
  },
};

/** With its first tensor the backend advertises tfjs-node, unless tfjs is in production mode; this is that tensor. */
function greetQuietly(): void {
  const wasProduction = env().getBool('PROD');
  enableProdMode();
  scalar(0).dispose();
  env().set('PROD', wasProduction);
}

/**
 * What a call of a network takes in JavaScript on a graphics card: processor time of this process, on a card that computes nothing
 * (Dawn's null backend), as it is called and as it is replayed.
 *
 *     npm run build && node bench/scripts/webgpu-host-time.mjs
 */
import { registerWebGPU } from '@denoiser/kernels-webgpu';
import { replaying } from '@denoiser/ops';
import { createUNet, createUNet2D, unet2dFor } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { create, globals } from 'webgpu';

const CALLS = 60;

Object.assign(globalThis, globals);
const gpu = create(['backend=null']);
globalThis.navigator ??= {};
Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true }); // tfjs looks for it
await registerWebGPU({ gpu });
await tf.setBackend('webgpu');

const networks = {
  'the original U-Net at 64×64': [createUNet({ imageSize: 64 }), 64],
  'UNet2DModel of 32, 64, 96 channels at 32×32': [createUNet2D(unet2dFor({ imageSize: 32 })), 32],
};
console.log('| milliseconds a call, median of 60 (least) | called | replayed |\n|---|---:|---:|');
for (const [name, [network, size]] of Object.entries(networks)) {
  const denoiser = network.denoiser();
  const replayed = replaying((x, time) => denoiser(x, time));
  const x = tf.zeros([1, size, size, 3]);
  const columns = [];
  for (const call of [denoiser, replayed.call]) {
    const times = [];
    for (let i = 0; i < CALLS; i++) {
      const time = tf.tensor1d([i + 1]);
      const before = process.cpuUsage();
      tf.tidy(() => call(x, time)).dispose();
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000);
      time.dispose();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    times.sort((a, b) => a - b);
    columns.push(`${times[CALLS / 2].toFixed(1)} (${times[0].toFixed(1)})`);
  }
  console.log(`| ${name} | ${columns.join(' | ')} |`);
}
process.exit(0);

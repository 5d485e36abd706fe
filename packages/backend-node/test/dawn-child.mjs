import { describeDevice, listAdapters, selectDevice } from '@denoiser/backend-node';
import { createPlan, ddim, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import * as tf from '@tensorflow/tfjs-core';

/** A program that samples on the device it is given, holds on to everything, and ends without `process.exit`. */
tf.enableProdMode();
const device = await selectDevice({ device: process.argv[2] });
const { native, missing } = describeDevice(device).kernels;
const images = await sampleImages({
  denoiser: (x) => tf.mul(x, 0.9),
  plan: createPlan({ process: createSchedule({ type: 'linear' }), solver: ddim(), steps: 4 }),
  shape: [2, 4, 4, 3],
  seed: 7,
});
globalThis.kept = { device, images };
const values = Array.from(await images.data());
const adapters = await listAdapters();
console.log(JSON.stringify({ adapter: device.adapter, adapters, native, missing, values }));

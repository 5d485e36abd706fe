import '@tensorflow/tfjs';
import { createPlan, ddim, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { exportOnnx, onnxDenoiser, readOnnxMetadata } from '../src/index';

test('a session draws the pictures that the network draws, guided, and of any number', async () => {
  await tf.setBackend('cpu');
  const unet = createUNet({ baseWidth: 8, timeDim: 16, classes: 2, seed: 4 });
  const model = await exportOnnx(unet, { imageShape: [8, 8, 3], labels: true, metadata: { 'denoiser.name': 'größe' } });
  expect(readOnnxMetadata(model)).toEqual({ 'denoiser.name': 'größe' });
  const session = await ort.InferenceSession.create(model);
  const plan = createPlan({ process: createSchedule(), solver: ddim(), steps: 3, prediction: 'epsilon' });
  const labels = tf.tensor1d([0, -1, 1], 'int32');
  const draw = (denoiser: Parameters<typeof sampleImages>[0]['denoiser']) =>
    sampleImages({ denoiser, plan, shape: [3, 8, 8, 3], conditioning: { labels }, guidance: { scale: 2 } });
  const expected = await draw(unet.denoiser());
  const { numTensors } = tf.memory();
  const got = await draw(onnxDenoiser(session));
  expect(tf.memory().numTensors).toBe(numTensors + 1);
  const difference = tf.max(tf.abs(tf.sub(got, expected))).dataSync()[0];
  expect(difference).toBeLessThan(1e-4);
});

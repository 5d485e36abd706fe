import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { largestDifference, randomInputs, relativeError, runBoth } from './run-onnx';

/** The original network in onnxruntime gives what it gives here. */

beforeAll(async () => {
  const { backendName } = await registerCpuEngine();
  await tf.setBackend(backendName);
});

const cases = [
  { name: '16×16', config: {}, inputs: () => randomInputs([16, 16, 3], [3, 700.5]) },
  {
    name: '32×32 with classes',
    config: { classes: 3 },
    inputs: () => randomInputs([32, 32, 3], [0, 1, 999], [-1, 2, 0]),
  },
  {
    name: 'a learned variance, not square',
    config: { learnedVariance: true, channels: 1 },
    inputs: () => randomInputs([16, 24, 1], [500]),
  },
];

for (const { name, config, inputs } of cases) {
  test(`the U-Net: ${name}`, async () => {
    const unet = createUNet({ baseWidth: 8, timeDim: 16, seed: 1, ...config });
    expect(largestDifference(await runBoth(unet, inputs()))).toBeLessThan(1e-4);
    unet.dispose();
  });
}

describe('of a small network', () => {
  const unet = () => createUNet({ baseWidth: 8, timeDim: 16, classes: 2, seed: 2 });
  const inputs = () => randomInputs([16, 16, 3], [3, 700.5], [1, -1]);

  test.each([18, 20, 22])('opset %i computes the same', async (opset) => {
    expect(largestDifference(await runBoth(unet(), inputs(), { opset }))).toBeLessThan(1e-4);
  });

  test("attention as onnxruntime's own operator computes the same", async () => {
    const outputs = await runBoth(unet(), inputs(), { attention: 'contrib' });
    expect(largestDifference(outputs)).toBeLessThan(1e-4);
  });

  test('half precision is as near as its rounding lets it be', async () => {
    const outputs = await runBoth(unet(), inputs(), { dtype: 'f16' });
    // Each of about 560 operators rounds to 11 bits, which errs by 2⁻¹¹/√3 on average; independent errors add up as √560.
    expect(relativeError(outputs)).toBeLessThan((Math.sqrt(560) * 2 ** -11) / Math.sqrt(3));
    expect(relativeError(outputs)).toBeGreaterThan(2 ** -12);
  });
});

test('nothing is left behind, and the backend is the one before', async () => {
  const before = tf.getBackend();
  const unet = createUNet({ baseWidth: 8, timeDim: 16, seed: 1 });
  const { numTensors } = tf.memory();
  await runBoth(unet, randomInputs([8, 8, 3], [1]));
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(tf.getBackend()).toBe(before);
  expect(tf.findBackendFactory('denoiser-onnx')).toBeFalsy();
});

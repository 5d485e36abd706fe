import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { CASE_NAMES, goldenInputs, goldenModel } from '../../unet/test/unet2d/golden';
import { largestDifference, relativeError, runBoth } from './run-onnx';

beforeAll(async () => {
  const { backendName } = await registerCpuEngine();
  await tf.setBackend(backendName);
});

/** The networks and inputs for which diffusers' outputs are known, and are ours. */
test.each(CASE_NAMES)('UNet2DModel in onnxruntime gives what it gives here: %s', async (name) => {
  const model = goldenModel(name);
  const { x, time, conditioning, target } = goldenInputs(name, model);
  target.dispose();
  const outputs = await runBoth(model, { x, time, ...conditioning });
  expect(largestDifference(outputs)).toBeLessThan(1e-4);
  model.dispose();
});

test('and in half precision, to its rounding', async () => {
  const model = goldenModel('scale-shift');
  const { x, time, conditioning } = goldenInputs('scale-shift', model);
  const outputs = await runBoth(model, { x, time, ...conditioning }, { dtype: 'f16', attention: 'contrib' });
  // As of the U-Net, of about 300 operators.
  expect(relativeError(outputs)).toBeLessThan((Math.sqrt(300) * 2 ** -11) / Math.sqrt(3));
});

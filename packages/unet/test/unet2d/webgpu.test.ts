import { registerWebGPU } from '@denoiser/kernels-webgpu';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { dawn } from '../../../kernels-webgpu/test/dawn';
import { expectAsDiffusers } from './golden';

const gpu = await dawn();
if (!gpu)
  console.warn(
    'No GPU and no SwiftShader here: UNet2DModel is not tested on WebGPU. Install chromium (Debian) for it.',
  );
const webgpu = gpu && (await registerWebGPU({ gpu }));

/** The kernels of the ops that the current backend has, by name. */
const ownKernels = () =>
  tf
    .getKernelsForBackend(tf.getBackend())
    .map(({ kernelName }) => kernelName)
    .filter((name) => name.startsWith('denoiser.'))
    .sort();

describe.skipIf(!webgpu)('On WebGPU', () => {
  let before: string[];
  beforeAll(async () => {
    await tf.setBackend('webgpu');
    before = ownKernels();
  });

  // Two that have most of the kernels: in software each takes a while.
  test.each(['classes', 'adm'] as const)("%s gives diffusers' output and gradients", expectAsDiffusers);

  test('no op of it ran as a reference, which would have been registered', () => {
    expect(ownKernels()).toEqual(before);
  });
});

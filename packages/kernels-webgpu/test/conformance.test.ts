import { checkConformance, conformanceCases } from '@denoiser/ops/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { registerWebGPU } from '../src';
import { gpuKernels } from '../src/kernels';
import { dawn } from './dawn';

const gpu = await dawn();
const own = new Set(gpuKernels.map(({ name }) => name));
const webgpu = gpu && (await registerWebGPU({ gpu }));

describe.skipIf(!webgpu)('the WGSL kernels keep every law of the ops, in Node on Dawn', () => {
  for (const one of conformanceCases()) {
    it(`${one.family}: ${one.name}`, async () => {
      await tf.setBackend('webgpu');
      await checkConformance(one, { own });
    });
  }
});

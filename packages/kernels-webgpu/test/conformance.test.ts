import { conformanceCases } from '@denoiser/ops/testing';
import '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { registerWebGPU } from '../src';
import { conform } from './conform';
import { dawn } from './dawn';
import { isLeftOut } from './left-out';

const gpu = await dawn();
if (!gpu)
  console.warn('No GPU and no SwiftShader here: the WebGPU kernels are not tested. Install chromium (Debian) for it.');
const webgpu = gpu && (await registerWebGPU({ gpu }));

describe.skipIf(!webgpu)('the WGSL kernels keep every law of the ops, in Node on Dawn', () => {
  for (const one of conformanceCases()) {
    if (isLeftOut(one)) continue;
    it(`${one.family}: ${one.name}`, () => conform(webgpu as NonNullable<typeof webgpu>, one));
  }
});

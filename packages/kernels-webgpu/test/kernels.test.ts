import '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { registerWebGPU } from '../src';
import { cases } from './cases';
import { compare } from './cases/compare';
import { dawn } from './dawn';

const gpu = await dawn();
if (!gpu)
  console.warn('No GPU and no SwiftShader here: the WebGPU kernels are not tested. Install chromium (Debian) for it.');
const webgpu = gpu && (await registerWebGPU({ gpu }));

describe.skipIf(!webgpu)('WGSL kernels agree with the references, in Node on Dawn', () => {
  for (const [family, list] of Object.entries(cases)) {
    describe(family, () => {
      for (const one of list) it(one.name, () => compare(webgpu?.device as GPUDevice, one));
    });
  }
});

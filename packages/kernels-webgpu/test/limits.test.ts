import '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { registerWebGPU } from '../src';
import { attentionCases } from './cases/attention';
import { compare } from './cases/compare';
import { normCases } from './cases/norms';
import { dawn } from './dawn';

/** Those that take most workgroup memory, buffers and invocations. */
const demanding = [
  'the gradients of layer normalization of [2,521]',
  'the gradients of group normalization: 1 groups of [1,4,4,8], gelu, a residual',
  'the gradients of group normalization: 1 groups of [1,33,32,16], gelu, a residual',
  'the gradients of attention of [2,7,64] to 35 keys, 1 heads',
];
const cases = demanding.map((name) => {
  const found = [...normCases, ...attentionCases].find((one) => one.name === name);
  if (!found) throw new Error(`There is no case ${name}.`);
  return found;
});

const gpu = await dawn();
const device = await (await gpu?.requestAdapter())?.requestDevice(); // with no more than every WebGPU has
const webgpu = device && (await registerWebGPU({ device }));

describe.skipIf(!webgpu)('The kernels adapt', () => {
  const backend = webgpu?.backend as NonNullable<typeof webgpu>['backend'];
  const limits = {
    'to what every WebGPU has': backend?.capabilities,
    'to workgroups of 64 invocations and 8 KB': { ...backend?.capabilities, workgroupSize: 64, workgroupBytes: 8192 },
  };
  for (const [name, capabilities] of Object.entries(limits)) {
    it(name, async () => {
      Object.assign(backend, { capabilities });
      for (const one of cases) await compare(device as GPUDevice, one);
    });
  }
});

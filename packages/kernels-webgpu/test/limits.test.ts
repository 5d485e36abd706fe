import '@tensorflow/tfjs';
import { conformanceCases } from '@denoiser/ops/testing';
import { describe, it } from 'vitest';
import { registerWebGPU } from '../src';
import type { Capabilities } from '../src/capabilities';
import { conform } from './conform';
import { dawn } from './dawn';

const gpu = await dawn();
const device = await (await gpu?.requestAdapter())?.requestDevice(); // with no more than every WebGPU has
const webgpu = device && (await registerWebGPU({ device }));

/** Those that take most workgroup memory, buffers and invocations. */
const demanding =
  /layer normalization of \[2,521\]|1 groups of \[1,(4,4,8|33,32,16)\], gelu, a residual|\[2,7,64\] to 35 keys, 1 heads/;
/** Those that work on as many tensors as a shader sees buffers, and go on in another dispatch. */
const ofMany = /sum of 40|of 20 tensors|of 8 tensors|norm: of 11|two steps of|split into 2,2,2,2,2,2,2,2/;
/** Those that add up what a workgroup has. */
const ofWorkgroups = /norm: of 2 tensors|sum: .*(2,40,40,4|20003|300,301)/;

const lesser: Readonly<Record<string, { capabilities: Partial<Capabilities>; of: RegExp; count: number }>> = {
  'to what every WebGPU has': { capabilities: {}, of: demanding, count: 4 },
  'to workgroups of 64 invocations and 8 KB': {
    capabilities: { workgroupSize: 64, workgroupBytes: 8192 },
    of: demanding,
    count: 4,
  },
  'to workgroups of 32 invocations': { capabilities: { workgroupSize: 32 }, of: ofWorkgroups, count: 5 },
  'to 4 storage buffers': { capabilities: { storageBuffers: 4 }, of: /two steps of/, count: 3 },
  'to 8 storage buffers': { capabilities: { storageBuffers: 8 }, of: ofMany, count: 10 },
  'to 10 storage buffers': { capabilities: { storageBuffers: 10 }, of: /AdamW.*scaled/, count: 1 },
};

describe.skipIf(!webgpu)('The kernels adapt', () => {
  for (const [name, { capabilities, of, count }] of Object.entries(lesser)) {
    const cases = conformanceCases().filter((one) => of.test(`${one.family}: ${one.name}`));
    if (cases.length !== count) throw new Error(`${name}: ${cases.map((one) => one.name).join('; ')}`);
    it(name, async () => {
      for (const one of cases) await conform(webgpu as NonNullable<typeof webgpu>, one, capabilities);
    });
  }
});

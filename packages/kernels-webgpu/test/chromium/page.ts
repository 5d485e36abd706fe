import { conformanceCases } from '@denoiser/ops/testing';
import { registerWebGPU } from '../../src';
import { conform } from '../conform';
import '@tensorflow/tfjs';

/** What the test calls in the page. */
export type KernelPage = {
  /** Checks one case of the conformance suite; throws what is wrong. */
  conform(index: number): Promise<void>;
};

const webgpu = await registerWebGPU();
const page: KernelPage = {
  async conform(index) {
    const one = conformanceCases()[index];
    if (!one) throw new Error(`There is no conformance case ${index}.`);
    await conform(webgpu, one);
  },
};
Object.assign(globalThis, { kernels: page });

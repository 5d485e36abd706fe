import { checkConformance, conformanceCases } from '@denoiser/ops/testing';
import * as tf from '@tensorflow/tfjs';
import { registerWebGPU } from '../../src';
import { gpuKernels } from '../../src/kernels';
import { cases } from '../cases';
import { compare } from '../cases/compare';

/** What the test calls in the page. */
export type KernelPage = {
  /** Compares one case; throws what is wrong. */
  run(family: string, index: number): Promise<void>;
  /** Checks one case of the conformance suite; throws what is wrong. */
  conform(index: number): Promise<void>;
};

const { device } = await registerWebGPU();
const own = new Set(gpuKernels.map(({ name }) => name));
const page: KernelPage = {
  async run(family, index) {
    const one = cases[family]?.[index];
    if (!one) throw new Error(`There is no case ${index} of ${family}.`);
    await compare(device, one);
  },
  async conform(index) {
    const one = conformanceCases()[index];
    if (!one) throw new Error(`There is no conformance case ${index}.`);
    await tf.setBackend('webgpu');
    await checkConformance(one, { own });
  },
};
Object.assign(globalThis, { kernels: page });

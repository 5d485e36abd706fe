import { registerWebGPU } from '../../src';
import { cases } from '../cases';
import { compare } from '../cases/compare';

/** What the test calls in the page. */
export type KernelPage = {
  /** Compares one case; throws what is wrong. */
  run(family: string, index: number): Promise<void>;
};

const { device } = await registerWebGPU();
const page: KernelPage = {
  async run(family, index) {
    const one = cases[family]?.[index];
    if (!one) throw new Error(`There is no case ${index} of ${family}.`);
    await compare(device, one);
  },
};
Object.assign(globalThis, { kernels: page });

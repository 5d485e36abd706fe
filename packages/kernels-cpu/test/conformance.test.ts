import { checkConformance, conformanceCases, drawnCases } from '@denoiser/ops/testing';
import '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { fallbacks } from '../src/kernels/kernel';
import { registerVariants } from './engines';

const backends = [...(await registerVariants()).keys()];

/** What is left to tfjs's own kernels. */
const leftToTfjs: readonly RegExp[] = [
  /convolution: .*(strides 2,3|dilations 2,3|channels first)/,
  /integers times integers/,
  /fused: (?!linear)/,
  /sum: .*over axes 0,2/,
  /sum: of integers/,
];

describe('the CPU engine keeps every law of the ops, bit for bit in every run, in both builds', () => {
  for (const one of [...conformanceCases(), ...drawnCases()]) {
    const name = `${one.family}: ${one.name}`;
    it(name, async () => {
      fallbacks.clear();
      await checkConformance(one, { backends, repeatable: true });
      const isLeft = leftToTfjs.some((what) => what.test(name));
      expect(one.kernels.filter((kernel) => fallbacks.has(kernel)).length > 0, 'ran on tfjs’s kernels').toBe(isLeft);
    });
  }
});

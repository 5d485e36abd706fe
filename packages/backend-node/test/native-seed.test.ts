import '@tensorflow/tfjs';
import { setBackend } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { registerVariants } from '../../kernels-cpu-native/test/engines';
import { outputDifference } from '../../unet/test/golden';
import { expectToSampleAsTheOriginal, RUNS } from '../../unet/test/sample-golden';
import { expectToTrainAsTheOriginal } from '../../unet/test/train-golden';

/** What the original networks computed in PyTorch, on every level of instructions and with one thread and two. */
const backends = [...registerVariants().keys()];

describe.each(backends)('%s', (backend) => {
  test.each(['unet-tiny', 'unet-tiny-conditional'] as const)("%s gives the original's output", async (name) => {
    await setBackend(backend);
    expect(await outputDifference(name)).toBeLessThan(2e-4);
  });

  test.each(RUNS)("$name: the original's images", async (run) => {
    await setBackend(backend);
    await expectToSampleAsTheOriginal(run);
  });

  test('unet-tiny-conditional trains as the original: gradients, AdamW', async () => {
    await setBackend(backend);
    await expectToTrainAsTheOriginal('unet-tiny-conditional');
  });
});

test.runIf(backends.length === 0)('without a native machine there is nothing to compare', () => {});

import { expect, test } from 'vitest';
import { outputDifference } from '../../unet/test/golden';
import { expectToSampleAsTheOriginal, RUNS } from '../../unet/test/sample-golden';
import { expectToTrainAsTheOriginal } from '../../unet/test/train-golden';
import { selectDevice } from '../src/device/select-device';
import { noAdapter } from './adapter';

/** What the original networks computed in PyTorch, on the GPU that Dawn finds. */
if (!noAdapter) await selectDevice({ device: 'webgpu' });

const NETWORKS = ['unet-tiny', 'unet-tiny-conditional'] as const;

test.skipIf(noAdapter).each(NETWORKS)("%s gives the original's output", async (name) => {
  expect(await outputDifference(name)).toBeLessThan(2e-4);
});

// In software a run takes a minute; this one is drawn in Chromium, which has the same kernels (tests/browser/test/seed.test.ts).
test.skipIf(noAdapter).each(RUNS.filter(({ name }) => name !== 'ddpm-tiny'))(
  "$name: the original's images",
  expectToSampleAsTheOriginal,
);

test.skipIf(noAdapter)('unet-tiny-conditional trains as the original: gradients, AdamW', () =>
  expectToTrainAsTheOriginal('unet-tiny-conditional'),
);

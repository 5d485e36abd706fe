import { expect, test } from 'vitest';
import { softwareVulkan } from '../../../scripts/chromium.mjs';
import { outputDifference } from '../../unet/test/golden';
import { expectToSampleAsTheOriginal, RUNS } from '../../unet/test/sample-golden';
import { expectToTrainAsTheOriginal } from '../../unet/test/train-golden';
import { selectDevice } from '../src/device/select-device';

/** What the original networks computed in PyTorch, on the GPU that Dawn finds. */
Object.assign(process.env, softwareVulkan());
const device = await selectDevice({ device: 'webgpu' }).catch((error: Error) => console.warn(error.message));

const NETWORKS = ['unet-tiny', 'unet-tiny-conditional'] as const;

test.skipIf(!device).each(NETWORKS)("%s gives the original's output", async (name) => {
  expect(await outputDifference(name)).toBeLessThan(2e-4);
});

test.skipIf(!device).each(RUNS)("$name: the original's images", expectToSampleAsTheOriginal);

test.skipIf(!device)('unet-tiny-conditional trains as the original: gradients, AdamW', () =>
  expectToTrainAsTheOriginal('unet-tiny-conditional'),
);

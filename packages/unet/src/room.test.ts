import { memory } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { createUNet } from './original/unet';

test('a network that fits nowhere is refused before any of it is made', () => {
  const before = memory().numTensors;
  // Its widest layer alone, a filter of 3×3 from 8·2048 to 8·2048 channels, has 2.4·10⁹ numbers.
  expect(() => createUNet({ baseWidth: 2048 })).toThrow(/take 8\d\.\d GiB, one of them 9\.0.* smaller `baseWidth`/);
  expect(() => createUNet({ classes: 2 ** 40 })).toThrow(/fewer `classes`/);
  expect(memory().numTensors).toBe(before);
});

import { Halves, type HalvesAttrs } from '@denoiser/ops';
import { kernel } from './kernel';

/** Two numbers in a word, which WGSL's `unpack2x16float` takes apart on every adapter: the feature `shader-f16` is not needed. */
export const halvesKernels = [
  kernel<object, HalvesAttrs>(Halves, (_, { shape, bits, results }, backend) =>
    backend.makeHalves(shape, bits, { results }),
  ),
];

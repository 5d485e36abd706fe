import { replaying } from '@denoiser/ops';
import type { AsyncDenoiser, Denoiser } from '@denoiser/samplers';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { DrawingNetwork } from './model';

/**
 * Returns a network's denoiser for many calls. One of ours runs the same at each of them: the device may replay what it recorded of
 * the first, and holds memory for that until `dispose`.
 */
export function replayedDenoiser(network: DrawingNetwork): {
  readonly denoiser: Denoiser | AsyncDenoiser;
  /** Whether it may be called beforehand to compile what it runs. */
  readonly compileFirst: boolean;
  dispose(): void;
} {
  if (!('parameters' in network)) return { denoiser: network.denoiser(), compileFirst: false, dispose() {} };
  const denoiser = network.denoiser() as Denoiser;
  const { call, dispose } = replaying((x, time, labels) =>
    denoiser(x as Tensor4D, time as Tensor1D, labels && { labels: labels as Tensor1D }),
  );
  return {
    denoiser: (x, time, conditioning) =>
      (conditioning?.labels ? call(x, time, conditioning.labels) : call(x, time)) as Tensor4D,
    compileFirst: true,
    dispose,
  };
}

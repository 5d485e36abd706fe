import type { OpenTensors } from '@denoiser/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from './architecture';
import { parameterReader } from './inspect';
import type { WeightsOptions } from './precision';
import { type UNet, unetWith } from './unet';

/**
 * Makes a network of a file whose tensors are read one by one: memory holds one of them beside the network.
 *
 * @throws DenoiserError as `inspect`, and what reading throws; then there is no tensor.
 */
export async function openWith<Config, Name extends string>(
  weights: OpenTensors,
  architecture: Architecture<Config, Name>,
  options: WeightsOptions = {},
): Promise<UNet<Config, Name>> {
  const read = parameterReader(weights, architecture, options);
  const tensors = new Map<string, Tensor>();
  try {
    for (const name of architecture.network.parameters.keys()) tensors.set(name, await read(name));
    return unetWith(architecture, () => tensors);
  } finally {
    tf.dispose([...tensors.values()]);
  }
}

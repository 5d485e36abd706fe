import { existsSync, statSync } from 'node:fs';
import type { Vectors } from '@denoiser/metrics';
import {
  dispose,
  image,
  mean,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor4d,
  tidy,
  tile,
} from '@tensorflow/tfjs-core';
import { atPath, CommandError } from '../errors';
import { batches, type ImageSet, type ImageShape } from './held-out';
import type { INPUT_RANGES } from './input-ranges';
import { openLayersModel } from './layers-model';
import { openSequentialNetwork } from './sequential-network';

/** A network whose outputs stand for images in FID, KID, precision and recall. */
export interface FeatureNetwork {
  /** What it takes: channels, and its height and width where it has any. */
  readonly channels: number;
  readonly size?: readonly [height: number, width: number];
  /** For people. */
  readonly description: string;
  /** Of images [B, H, W, C] in [−1, 1]: [B, D], or [B, h, w, D], which is averaged over h and w. In a tidy. */
  predict(images: Tensor4D): Tensor;
  dispose(): void;
}

export interface FeatureOptions {
  /** A layer of the tfjs model whose output is taken, instead of the model's. */
  featureLayer?: string;
  featureRange?: (typeof INPUT_RANGES)[number];
}

/**
 * Opens a feature network: model.json of a tfjs layers model, or a safetensors file with a description, as
 * docs/feature-networks.md defines them. `shape` is of the images that it will be given.
 */
export async function openFeatureNetwork(
  path: string,
  shape: ImageShape,
  options: FeatureOptions,
): Promise<FeatureNetwork> {
  if (!existsSync(path)) {
    throw new CommandError('no-features', `--features ${path}: there is no such file; check the spelling.`);
  }
  if (atPath(path, () => statSync(path)).isDirectory()) {
    throw new CommandError('no-features', `--features ${path} is a folder; name the model.json or .safetensors in it.`);
  }
  const isLayersModel = /\.json$/i.test(path);
  if (!isLayersModel && !/\.safetensors$/i.test(path)) {
    const accepted = "model.json of a tfjs layers model or a .safetensors file with a 'denoiser.features' description";
    throw new CommandError('bad-features', `--features ${path}: give ${accepted}; see docs/feature-networks.md.`);
  }
  const given = options.featureLayer !== undefined ? '--feature-layer' : options.featureRange && '--feature-range';
  if (!isLayersModel && given) {
    throw new CommandError('bad-option', `${given} is for tfjs models; ${path} says itself what it takes and gives.`);
  }
  const network = isLayersModel ? await openLayersModel(path, options) : openSequentialNetwork(path, shape);
  if (network.channels === shape[2] || (network.channels === 3 && shape[2] === 1)) return network;
  network.dispose();
  throw new CommandError(
    'bad-features',
    `${path} takes images of ${network.channels} channels, and these have ${shape[2]}; choose a network for them.`,
  );
}

/** The features of images, [N, D]. Grey images are given to colour networks thrice. */
export async function extractFeatures(
  network: FeatureNetwork,
  images: ImageSet,
  { batchSize, signal, onCall }: { batchSize: number; signal: AbortSignal; onCall: () => void },
): Promise<Vectors> {
  const size = images.data.length / images.count;
  let data: Float32Array | undefined;
  let dimensions = 0;
  for (const [from, to] of batches(images.count, batchSize)) {
    signal.throwIfAborted();
    const output = tidy(() => {
      const pixels = tensor4d(images.data.subarray(from * size, to * size), [to - from, ...images.shape]);
      const colour = network.channels === pixels.shape[3] ? pixels : tile(pixels, [1, 1, 1, network.channels]);
      const { size: wanted } = network;
      const isOtherSize = wanted && (wanted[0] !== images.shape[0] || wanted[1] !== images.shape[1]);
      const resized = isOtherSize ? image.resizeBilinear(colour, [wanted[0], wanted[1]], false, true) : colour;
      const features = network.predict(resized);
      return (features.rank === 4 ? mean(features, [1, 2]) : features) as Tensor2D; // [B, D]
    });
    const values = await output.data<'float32'>();
    dimensions = output.shape[1];
    dispose(output);
    data ??= new Float32Array(images.count * dimensions);
    data.set(values, from * dimensions);
    onCall();
  }
  return { data: data ?? new Float32Array(0), dimensions };
}

import type { Vectors } from '@denoiser/metrics';
import { untilAborted } from '@denoiser/ops';
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
import { batches, type ImageSet } from './held-out';

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

/** Returns the features of images, [N, D]. Grey images are given to colour networks thrice. */
export async function extractFeatures(
  network: FeatureNetwork,
  images: ImageSet,
  {
    batchSize,
    signal,
    onCall,
  }: { batchSize: number; signal?: AbortSignal | undefined; onCall: () => void | Promise<void> },
): Promise<Vectors> {
  const size = images.data.length / images.count;
  let data: Float32Array | undefined;
  let dimensions = 0;
  for (const [from, to] of batches(images.count, batchSize)) {
    signal?.throwIfAborted();
    const output = untilAborted(signal, () =>
      tidy(() => {
        const pixels = tensor4d(images.data.subarray(from * size, to * size), [to - from, ...images.shape]);
        const colour = network.channels === pixels.shape[3] ? pixels : tile(pixels, [1, 1, 1, network.channels]);
        const { size: wanted } = network;
        const isOtherSize = wanted && (wanted[0] !== images.shape[0] || wanted[1] !== images.shape[1]);
        const resized = isOtherSize ? image.resizeBilinear(colour, [wanted[0], wanted[1]], false, true) : colour;
        const features = network.predict(resized);
        return (features.rank === 4 ? mean(features, [1, 2]) : features) as Tensor2D; // [B, D]
      }),
    );
    const values = await output.data<'float32'>();
    dimensions = output.shape[1];
    dispose(output);
    data ??= new Float32Array(images.count * dimensions);
    data.set(values, from * dimensions);
    await onCall();
  }
  return { data: data ?? new Float32Array(0), dimensions };
}

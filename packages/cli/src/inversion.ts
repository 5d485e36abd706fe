import { type Denoiser, type Plan, sampleImages } from '@denoiser/samplers';
import { dispose, type Tensor4D, tensor, tensor1d } from '@tensorflow/tfjs-core';

/** The noise that a picture [H, W, C] comes from, by the plan `up`, and the picture that comes from it by `down`. */
export async function invert(options: {
  denoiser: Denoiser;
  up: Plan;
  down: Plan;
  image: Float32Array;
  imageShape: readonly [height: number, width: number, channels: number];
  /** Absent for a network without classes. */
  label?: number;
  signal?: AbortSignal;
  onStep?: () => void;
}): Promise<{ noise: Float32Array; reconstruction: Float32Array }> {
  const { denoiser, up, down, imageShape, label, signal, onStep } = options;
  const shape = [1, ...imageShape] as const;
  const image = tensor(options.image, [...shape]) as Tensor4D;
  const conditioning = label === undefined ? undefined : { labels: tensor1d([label], 'int32') };
  const held: (Tensor4D | undefined)[] = [image];
  try {
    const common = { denoiser, shape, conditioning, signal, onStep };
    const found = await sampleImages({ ...common, plan: up, image });
    held.push(found);
    const back = await sampleImages({ ...common, plan: down, noise: () => found.clone() });
    held.push(back);
    return { noise: await found.data<'float32'>(), reconstruction: await back.data<'float32'>() };
  } finally {
    dispose([...held, conditioning?.labels].filter((value) => value !== undefined));
  }
}

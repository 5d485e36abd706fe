import { evaluations, inversionPlansFor, sampleImages } from '@denoiser/samplers';
import { dispose, type Tensor4D, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import { checkModel } from './check-model';
import { checkKinds, checkOptionNames } from './check-options';
import { type ClassChoice, chooseClasses } from './classes';
import type { DrawingWay } from './draw-options';
import { pickSamplerOptions } from './draw-plan';
import { DRAWING_KINDS, WAY } from './drawing-kinds';
import { type Images, imagesOf } from './images';
import type { Model } from './model';
import { type Picture, pixelsOf } from './picture';
import { replayedDenoiser } from './replayed-denoiser';

export interface InvertOptions extends Omit<DrawingWay, 'plan' | 'guidance' | 'negativeClass' | 'batchSize'> {
  /** The picture whose noise is wanted. */
  readonly image: Picture;
  /** Its class, by name or number. Default: none. */
  readonly class?: ClassChoice | undefined;
}

/** A picture, the noise that DDIM makes it from, and what DDIM makes from that noise. One image each. */
export interface Inversion {
  readonly picture: Images;
  readonly noise: Images;
  readonly reconstruction: Images;
  /** Root mean square of what is between the picture and its reconstruction, of values in [−1, 1]. */
  readonly error: number;
}

const NOT_HERE: readonly string[] = ['plan', 'guidance', 'negativeClass', 'batchSize'];
const OPTIONS: readonly string[] = [...WAY.filter((name) => !NOT_HERE.includes(name)), 'image', 'class'];

/**
 * Finds the noise that DDIM makes a picture from (Song et al. 2020, arXiv:2010.02502), and draws the picture
 * from it again. It takes what `planFor` takes.
 *
 * @throws DenoiserError as `drawImages`.
 */
export async function invert(model: Model, options: InvertOptions): Promise<Inversion> {
  checkModel('invert', model);
  const { imageShape, classNames, network } = model;
  checkOptionNames('invert', options, OPTIONS);
  checkKinds(options, DRAWING_KINDS);
  const { signal, onBegin, onProgress } = options;
  const { invert: up, draw: down } = inversionPlansFor(model, pickSamplerOptions(options));
  const pixels = pixelsOf(options.image, imageShape, 'image');
  const [label = -1] = options.class === undefined ? [] : chooseClasses([options.class], classNames, 'class');
  const total = evaluations(up) + evaluations(down);
  let done = 0;
  onBegin?.({ count: 1, steps: total, columns: 1 });
  const shape = [1, ...imageShape] as const;
  const owned: (Tensor4D | undefined)[] = [tensor4d(pixels, [...shape])];
  const { denoiser, compileFirst, ...replayed } = replayedDenoiser(network);
  const labels = classNames.length > 0 ? tensor1d([label], 'int32') : undefined;
  try {
    const common = {
      denoiser,
      compileFirst,
      shape,
      ...(labels && { conditioning: { labels } }),
      ...(signal && { signal }),
      onStep: () => {
        done++;
        onProgress?.(done, total);
      },
    };
    const noise = await sampleImages({ ...common, plan: up, image: owned[0] as Tensor4D });
    owned.push(noise);
    const again = await sampleImages({ ...common, plan: down, noise: () => noise.clone() });
    owned.push(again);
    const reconstruction = await again.data<'float32'>();
    const squares = reconstruction.reduce((sum, value, i) => sum + (value - (pixels[i] as number)) ** 2, 0);
    const images = (values: Float32Array) => imagesOf({ data: Float32Array.from(values), imageShape });
    return {
      picture: images(pixels),
      noise: images(await noise.data<'float32'>()),
      reconstruction: images(reconstruction),
      error: Math.sqrt(squares / reconstruction.length),
    };
  } finally {
    replayed.dispose();
    dispose([...owned, labels].filter((tensor) => tensor !== undefined));
  }
}

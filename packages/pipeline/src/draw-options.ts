import type { Guidance, NoiseSource, Plan, SamplerOptions } from '@denoiser/samplers';
import type { ClassChoice } from './classes';
import type { Picture } from './picture';

/** Scale of guidance unless it is given or the model says it, as in the original program. */
export const GUIDANCE = 3;

/** What is about to be drawn. */
export interface DrawingPlan {
  readonly count: number;
  /** Evaluations of the model for each image. */
  readonly steps: number;
  /** How many images are shown in a row. */
  readonly columns: number;
}

/** What `drawImages` takes beside what it is that each image shows: the way there. */
export interface DrawingWay extends Omit<SamplerOptions, 'inpaint'> {
  /** The sampler in numbers, from `createPlan`, instead of by name. */
  readonly plan?: Plan | undefined;
  /** Scale of classifier-free guidance, or all of it. Default: as the model says, else 3. For models with classes. */
  readonly guidance?: number | Partial<Omit<Guidance, 'negative'>> | undefined;
  /** A class to lead away from, instead of from no class. */
  readonly negativeClass?: ClassChoice | undefined;
  /** Images drawn at once; changes nothing but speed and memory. Default 16; never more than have four million values in all. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told once, before the work, what there is to be drawn: all options are right by then. */
  readonly onBegin?: ((drawing: DrawingPlan) => void) | undefined;
  /** Told of each evaluation of the model, of all batches. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface DrawOptions extends DrawingWay {
  /** How many. Default: one of each class, 16 for a model without classes. */
  readonly count?: number | undefined;
  /** Classes by name or number, dealt out in turn. Default: all. None, `[]`: images of no class. */
  readonly classes?: readonly ClassChoice[] | undefined;
  /** Default 0. Image i of a seed is the same in every batch and on every device, to rounding. */
  readonly seed?: number | undefined;
  /**
   * Whether one round of the classes shares one noise, so that they have one style, such as the letters of a word:
   * `{ classes: [...'Hello'], sharedNoise: true }`. Round r has the noise of image 0 of `seed` + r. Default false.
   */
  readonly sharedNoise?: boolean | undefined;
  /** Numbers of the images. Default 0 … count − 1. */
  readonly indices?: readonly number[] | undefined;
  /** Image-to-image: what all images begin with, and how much of it is drawn anew (`strength`, default 0.6). */
  readonly image?: Picture | undefined;
  /** Fills a part of a picture: where the mask is 0 it is kept, where it is 1 filled. Mask: [H, W]. */
  readonly inpaint?: { readonly image: Picture; readonly mask: Float32Array } | undefined;
  /** The normals to draw from, instead of those of the seed. */
  readonly noise?: NoiseSource | undefined;
}

import type { Guidance, Plan } from '@denoiser/samplers';
import type { Picture } from './pictures';

/** What of a step: the noisy image, or the estimate of the clean one. */
export type Shown = 'x' | 'x0';

/** A canvas that the worker draws to, from `attachCanvas`. */
export type CanvasId = number;

export type SampleRequest = {
  /** The sampler in numbers, from `createPlan` of `@denoiser/samplers/arrays`, which the page can run itself. */
  readonly plan: Plan;
  /** How many images; default as many as there are labels, or 1. */
  readonly count?: number;
  /** The class of each image; −1: none. Without them all are drawn without class. */
  readonly labels?: readonly number[];
  /** Default 0. Image i of a seed is the same in every batch and on every device, to rounding. */
  readonly seed?: number;
  /** Numbers of the images; default 0 … count − 1. */
  readonly indices?: readonly number[];
  /** Noise between two seeds (spherically): image i's is `weights[i]` of the way from `seed` to this one. */
  readonly towards?: { readonly seed: number; readonly weights: readonly number[] };
  readonly guidance?: Guidance;
  /** Image-to-image, with a plan of a `strength`: what all images begin with. Scaled to the model's size. */
  readonly image?: Picture;
  /** Inpainting: the picture is kept where the mask is 0 and filled where it is 255. The mask: a byte for each pixel. */
  readonly inpaint?: { readonly image: Picture; readonly mask: Uint8Array | Uint8ClampedArray };
  /** What each step brings to the page; with `canvas` nothing needs to. */
  readonly send?: {
    /** RGBA bytes, for `ImageData`. Default: both. */
    readonly pixels?: readonly Shown[];
    /** The numbers themselves, NHWC. Default: none. */
    readonly values?: readonly Shown[];
    /** Images are sent with every n-th step and with the last; default 1. The steps between come without. */
    readonly every?: number;
  };
  /** Canvases that show every step as a grid, without a way back from the GPU. */
  readonly canvas?: {
    readonly x?: CanvasId;
    readonly x0?: CanvasId;
    /** Images in a row; default a grid as square as can be. */
    readonly columns?: number;
  };
};

/** A step, after its evaluation of the model. The arrays are the page's own. */
export type SampleStep = {
  /** 0 … total − 1. */
  readonly index: number;
  /** Evaluations of the model in all. */
  readonly total: number;
  /** The time that the model was given. */
  readonly time: number;
  readonly count: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** RGBA of all images one after the other: image i begins at i·height·width·4. */
  readonly pixels: Readonly<Partial<Record<Shown, Uint8ClampedArray<ArrayBuffer>>>>;
  /** Values about [−1, 1], [count, height, width, channels]. */
  readonly values: Readonly<Partial<Record<Shown, Float32Array<ArrayBuffer>>>>;
};

import type { ImageShape } from '@denoiser/ops';
import type { DrawOptions, InterpolateOptions } from '@denoiser/pipeline';
import type { PictureLike, PictureSource } from './pictures';

/** What of a step: the noisy image, or the estimate of the clean one. */
export type Shown = 'x' | 'x0';

/** A canvas that the worker draws to, from `attachCanvas`. */
export type CanvasId = number;

/** What steps bring to the page, and where the worker shows them. */
export type Showing = {
  /** What each step brings to the page; with `canvas` nothing needs to. */
  readonly send?:
    | {
        /** RGBA bytes, which `step.draw` paints. Default: both. */
        readonly pixels?: readonly Shown[] | undefined;
        /** The numbers themselves, NHWC. Default: none. */
        readonly values?: readonly Shown[] | undefined;
        /** Images are sent with every n-th step and with the last; default 1. The steps between come without. */
        readonly every?: number | undefined;
      }
    | undefined;
  /** Canvases that show every step of a batch as a grid, without a way back from the GPU. */
  readonly canvas?:
    | {
        readonly x?: CanvasId | undefined;
        readonly x0?: CanvasId | undefined;
        /** Images in a row; default a grid as square as can be. */
        readonly columns?: number | undefined;
      }
    | undefined;
};

/** What stays on the page, or is another thing there. */
type Local = 'signal' | 'onBegin' | 'onProgress' | 'noise' | 'image' | 'inpaint';

type Inpaint<P> = {
  readonly image: P;
  /** [H, W] of the model's size: values from 0 (kept) to 1 (filled), or bytes from 0 to 255. */
  readonly mask: Float32Array | Uint8Array | Uint8ClampedArray;
};

/** Types of options that may be undefined, as `exactOptionalPropertyTypes` has it. */
export type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** Options of `drawImages` that say what is drawn, those of `@denoiser/pipeline`; a picture is anything that shows one. */
export type DrawRequest<P = PictureLike> = Loose<Omit<DrawOptions, Local>> &
  Showing & {
    /** Image-to-image: what all images begin with; its centre square, scaled. How much of it is drawn anew is `strength`. */
    readonly image?: P | undefined;
    /** Fills a part of a picture. */
    readonly inpaint?: Inpaint<P> | undefined;
  };

/** Options of `interpolate`, those of `@denoiser/pipeline`. */
export type InterpolateRequest = Loose<Omit<InterpolateOptions, 'signal' | 'onBegin' | 'onProgress' | 'from' | 'to'>> &
  Pick<InterpolateOptions, 'from' | 'to'> &
  Showing;

/** A request on its way to the worker. */
export type SentDrawRequest = DrawRequest<PictureSource>;

/** A step, after its evaluation of the model on a batch. The arrays are the page's own. */
export type SentStep = {
  /** Evaluations done and to be done, of all batches. */
  readonly done: number;
  readonly total: number;
  /** Which evaluation of the batch it is, from 0, and how many a batch takes. */
  readonly index: number;
  readonly steps: number;
  /** The time that the model was given. */
  readonly time: number;
  /** The number of the batch's first image, and how many it has. */
  readonly first: number;
  readonly count: number;
  /** How many images there are in all, and how many of them are shown in a row. */
  readonly images: number;
  readonly columns: number;
  readonly imageShape: ImageShape;
  /** RGBA of the batch's images one after the other: image i begins at i·height·width·4. */
  readonly pixels: Readonly<Partial<Record<Shown, Uint8ClampedArray<ArrayBuffer>>>>;
  /** Values about [−1, 1], [count, height, width, channels]. */
  readonly values: Readonly<Partial<Record<Shown, Float32Array<ArrayBuffer>>>>;
};

/** The images at the end. */
export type SentImages = {
  readonly imageShape: ImageShape;
  /** All of them, [count, H, W, C], values about [−1, 1]. */
  readonly data: Float32Array<ArrayBuffer>;
  /** RGBA bytes of all of them, one after the other. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** The class of each; −1: none. Absent for a model without classes. */
  readonly labels?: readonly number[];
  /** How many are shown in a row: one for each class, or as square as it gets. */
  readonly columns: number;
};

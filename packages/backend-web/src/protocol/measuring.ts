import type { EvaluateOptions, InvertOptions } from '@denoiser/pipeline';
import type { Loose, SentImages } from './drawing';
import type { PictureLike, PictureSource } from './pictures';

/** Options of `invert`, those of `@denoiser/pipeline`; a picture is anything that shows one. */
export type InvertRequest<P = PictureLike> = Loose<
  Omit<InvertOptions, 'image' | 'signal' | 'onBegin' | 'onProgress'>
> & {
  /** The picture whose noise is wanted; its centre square, scaled. */
  readonly image: P;
};

/** A picture, its noise, and what is drawn from that; `error` is the root mean square between the two pictures. */
export type SentInversion = {
  readonly picture: SentImages;
  readonly noise: SentImages;
  readonly reconstruction: SentImages;
  readonly error: number;
};

/** Options of `evaluate`, those of `@denoiser/pipeline` but for the images. */
export type EvaluateRequest = Loose<Omit<EvaluateOptions, 'data' | 'features' | 'signal' | 'onBegin' | 'onProgress'>>;

/** A request on its way to the worker. */
export type SentInvertRequest = InvertRequest<PictureSource>;

import type { Evaluation } from '@denoiser/pipeline';
import type { EvaluateRequest, InvertRequest } from '../protocol/measuring';
import type { ImageSet, TrainingImages } from '../protocol/pictures';
import { type Images, imagesOf } from './drawing';
import { isImageSet, openImageSet } from './image-sets';
import { type DrawingControl, linkOf, type Model } from './model';
import { sendablePicture } from './pictures';

export type InvertOptions = InvertRequest & DrawingControl;

/** A picture, the noise that DDIM makes it from, and what DDIM makes from that noise. One image each. */
export type Inversion = {
  readonly picture: Images;
  readonly noise: Images;
  readonly reconstruction: Images;
  /** Root mean square of what is between the picture and its reconstruction, of values in [−1, 1]. */
  readonly error: number;
};

/**
 * Finds the noise that DDIM makes a picture from, and draws the picture from it again: `await invert(model, { image: file })`.
 * It takes the options of `invert` of `@denoiser/pipeline`.
 *
 * @throws DenoiserError as `drawImages`.
 */
export async function invert(model: Model, { image, ...options }: InvertOptions): Promise<Inversion> {
  const { signal, onProgress, ...request } = options;
  const { caller, id } = linkOf(model);
  const { source, transfer } = await sendablePicture(image, '`image`');
  const argument = { model: id, request: { ...request, image: source } };
  const found = await caller.call('invert', argument, {
    signal,
    transfer: [...transfer],
    onEvent: ({ done, total }) => onProgress?.(done, total),
  });
  return {
    picture: imagesOf(found.picture),
    noise: imagesOf(found.noise),
    reconstruction: imagesOf(found.reconstruction),
    error: found.error,
  };
}

export type EvaluateOptions = EvaluateRequest &
  DrawingControl & {
    /** Images to measure against, best ones that were not trained on: pictures, or a set of `openImages`. */
    readonly images: TrainingImages | ImageSet;
  };

/**
 * Measures a model against images: `await evaluate(model, { images: input.files })`. It takes the options of `evaluate` of
 * `@denoiser/pipeline`, but for features.
 *
 * @throws DenoiserError as `drawImages`; where the images do not fit the model.
 */
export async function evaluate(model: Model, { images, ...options }: EvaluateOptions): Promise<Evaluation> {
  const { signal, onProgress, ...request } = options;
  const { caller, id } = linkOf(model);
  const [height, width, channels] = model.imageShape;
  const isOpen = isImageSet(images);
  const set = isOpen
    ? images
    : await openImageSet(caller, {
        images,
        size: [height, width],
        channels: channels === 1 ? 1 : 3,
        ...(signal && { signal }),
      });
  try {
    return await caller.call(
      'evaluate',
      { model: id, images: set.id, request },
      { signal, onEvent: ({ done, total }) => onProgress?.(done, total) },
    );
  } finally {
    if (!isOpen) void caller.call('closeImages', set.id).catch(() => {}); // of a closed worker nothing is left
  }
}

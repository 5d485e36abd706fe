import * as pipeline from '@denoiser/pipeline';
import { type InpaintSource, openInpainting, openPicture, type PictureSource } from './pictures';

/** As pipeline's, but pictures may be files. */
export type DrawOptions = Omit<pipeline.DrawOptions, 'image' | 'inpaint'> & {
  readonly image?: PictureSource | undefined;
  readonly inpaint?: InpaintSource | undefined;
};

/**
 * Draws images: `await drawImages(model, { count: 16, sampler: 'dpmpp-2m', steps: 20, seed: 7 })`, or step by step,
 * `for await (const { x0 } of drawImages(model))`.
 *
 * @throws DenoiserError as pipeline's `drawImages`, and where a picture can't be read.
 */
export function drawImages(model: pipeline.Model, options: DrawOptions = {}): pipeline.Drawing<pipeline.DrawStep> {
  return pipeline.createDrawing(async function* () {
    const { image, inpaint, ...others } = options;
    const drawing = pipeline.drawImages(model, {
      ...others,
      ...(image !== undefined && { image: await openPicture(image, model.imageShape) }),
      ...(inpaint !== undefined && { inpaint: await openInpainting(inpaint, model.imageShape) }),
    });
    yield* drawing;
    return drawing;
  });
}

export type InvertOptions = Omit<pipeline.InvertOptions, 'image'> & { readonly image: PictureSource };

/** Finds the noise that DDIM makes a picture, or a picture's file, from; see pipeline's `invert`. */
export async function invert(model: pipeline.Model, options: InvertOptions): Promise<pipeline.Inversion> {
  return pipeline.invert(model, { ...options, image: await openPicture(options.image, model.imageShape) });
}

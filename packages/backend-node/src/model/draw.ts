import { totalmem } from 'node:os';
import * as pipeline from '@denoiser/pipeline';
import type { WorkerModel } from '../worker/connect-model';
import type { DrawProgress } from '../worker/methods';
import { type InpaintSource, openInpainting, openPicture, type PictureSource } from './pictures';

/** As pipeline's, but pictures may be files. */
export type DrawOptions = Omit<pipeline.DrawOptions, 'image' | 'inpaint'> & {
  readonly image?: PictureSource | undefined;
  readonly inpaint?: InpaintSource | undefined;
};

/** As for a model in this thread, but for what cannot leave it, and the number of images that are drawn at once. */
export type WorkerDrawOptions = Omit<DrawOptions, 'noise' | 'batchSize'>;

/**
 * Draws images: `await drawImages(model, { count: 16, sampler: 'dpmpp-2m', steps: 20, seed: 7 })`, or step by step,
 * `for await (const { x0 } of drawImages(model))`.
 *
 * @throws DenoiserError as pipeline's `drawImages`, and where a picture can't be read.
 */
export function drawImages(model: pipeline.Model, options?: DrawOptions): pipeline.Drawing<pipeline.DrawStep>;
/**
 * Draws images in the model's own thread; the steps say how far it is.
 *
 * @throws DenoiserError `queue-full` where as many requests wait as the model takes.
 */
export function drawImages(model: WorkerModel, options?: WorkerDrawOptions): pipeline.Drawing<DrawProgress>;
export function drawImages(
  model: pipeline.Model | WorkerModel,
  options: DrawOptions = {},
): pipeline.Drawing<pipeline.DrawStep | DrawProgress> {
  return pipeline.createDrawing<pipeline.DrawStep | DrawProgress>(async function* () {
    if (!isElsewhere(model)) pipeline.checkModel('drawImages', model);
    pipeline.checkRoom(options?.count ?? 1, model.imageShape, machine());
    const { image, inpaint, ...others } = options ?? {};
    const given = {
      ...others,
      ...(image !== undefined && { image: await openPicture(image, model.imageShape) }),
      ...(inpaint !== undefined && { inpaint: await openInpainting(inpaint, model.imageShape) }),
    };
    if (isElsewhere(model)) return yield* model.draw(given);
    const drawing = pipeline.drawImages(model, given);
    yield* drawing;
    return drawing;
  });
}

/** Whether a model is in a thread of its own. */
const isElsewhere = (model: pipeline.Model | WorkerModel | undefined): model is WorkerModel =>
  typeof (model as Partial<WorkerModel> | undefined)?.draw === 'function';

/** Draws rows of images between two seeds; see pipeline's `interpolate`. */
export function interpolate(
  model: pipeline.Model,
  options: pipeline.InterpolateOptions,
): pipeline.Drawing<pipeline.DrawStep> {
  return pipeline.createDrawing(async function* () {
    pipeline.checkModel('interpolate', model);
    const rows = Math.max(1, options?.classes?.length ?? model.classNames.length);
    pipeline.checkRoom((options?.count ?? 1) * rows, model.imageShape, machine());
    const drawing = pipeline.interpolate(model, options);
    yield* drawing;
    return drawing;
  });
}

const machine = (): pipeline.Room => ({ bytes: totalmem(), whose: 'this machine' });

export type InvertOptions = Omit<pipeline.InvertOptions, 'image'> & { readonly image: PictureSource };

/** Finds the noise that DDIM makes a picture, or a picture's file, from; see pipeline's `invert`. */
export async function invert(model: pipeline.Model, options: InvertOptions): Promise<pipeline.Inversion> {
  pipeline.checkModel('invert', model);
  return pipeline.invert(model, { ...options, image: await openPicture(options?.image, model.imageShape) });
}

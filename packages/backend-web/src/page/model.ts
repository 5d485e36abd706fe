import { WebError } from '../errors';
import type { Caller } from '../protocol/caller';
import type { DrawRequest, InterpolateRequest, SentDrawRequest } from '../protocol/drawing';
import type { ModelId } from '../protocol/methods';
import type { ModelInfo } from '../protocol/model';
import { createDrawing, type Drawing } from './drawing';
import { sendablePicture } from './pictures';

/**
 * A model that is open in the worker. `dispose()`, or `using`, frees its memory; what is being drawn from it then ends with the
 * code `request-aborted`.
 */
export interface Model extends ModelInfo {
  dispose(): void;
  [Symbol.dispose](): void;
}

/** What a page gives with every drawing. */
export type DrawingControl = {
  /** Ends the drawing, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each evaluation of the model, of all batches. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
};

export type DrawOptions = DrawRequest & DrawingControl;
export type InterpolateOptions = InterpolateRequest & DrawingControl;

/** Where the worker of a model is, and by what number it knows it. */
type Link = { readonly caller: Caller; readonly id: ModelId };
const links = new WeakMap<Model, Link>();

/** Returns the page's handle of a model that the worker has opened. */
export function modelOf(caller: Caller, { id, info }: { readonly id: ModelId; readonly info: ModelInfo }): Model {
  const dispose = () => void caller.call('closeModel', id).catch(() => {}); // of a closed worker nothing is left
  const model: Model = { ...info, dispose, [Symbol.dispose]: dispose };
  links.set(model, { caller, id });
  return model;
}

/** Returns where the worker of a model is, and by what number it knows it. */
export function linkOf(model: Model): Link {
  const link = links.get(model);
  if (link) return link;
  throw new WebError('model-unknown', 'This is no model of `openModel`: open one, and await it.');
}

/**
 * Draws images in the worker: `await drawImages(model, { count: 16, sampler: 'dpmpp-2m', steps: 20, seed: 7 })`. Go through
 * it for the steps on the way: `for await (const step of drawImages(model)) step.draw(canvas)`. It takes the options of
 * `drawImages` of `@denoiser/pipeline`.
 *
 * @throws DenoiserError where an option is none, or fits neither the model nor the others; `request-aborted` where the model
 * is disposed; the signal's reason when it is aborted.
 */
export function drawImages(model: Model, options: DrawOptions = {}): Drawing {
  const { signal, onProgress, ...request } = options;
  return createDrawing(async function* (isWatched) {
    const { caller, id } = linkOf(model);
    const { sent, transfer } = await sendable(request);
    const shown = isWatched ? sent : { ...sent, send: { pixels: [] } };
    return yield* caller.stream('drawImages', { model: id, request: shown }, { signal, transfer });
  }, onProgress);
}

/**
 * Draws rows of images that lead from one seed to another, a row for each class: `interpolate(model, { from: 3, to: 9 })`.
 *
 * @throws DenoiserError as `drawImages`.
 */
export function interpolate(model: Model, options: InterpolateOptions): Drawing {
  const { signal, onProgress, ...request } = options;
  return createDrawing(async function* (isWatched) {
    const { caller, id } = linkOf(model);
    const shown = isWatched ? request : { ...request, send: { pixels: [] } };
    return yield* caller.stream('interpolate', { model: id, request: shown }, { signal });
  }, onProgress);
}

async function sendable({
  image,
  inpaint,
  ...request
}: DrawRequest): Promise<{ readonly sent: SentDrawRequest; readonly transfer: Transferable[] }> {
  const transfer: Transferable[] = [];
  const send = async (picture: NonNullable<typeof image>, name: string) => {
    const { source, transfer: own } = await sendablePicture(picture, name);
    transfer.push(...own);
    return source;
  };
  const sent = {
    ...request,
    ...(image && { image: await send(image, '`image`') }),
    ...(inpaint && { inpaint: { mask: inpaint.mask, image: await send(inpaint.image, '`inpaint.image`') } }),
  };
  return { sent, transfer };
}

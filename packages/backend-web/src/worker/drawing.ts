import {
  checkRoom,
  type Drawing,
  type DrawingPlan,
  type DrawOptions,
  type DrawStep,
  drawImages,
  interpolate,
  type Model,
  type InterpolateOptions as PipelineInterpolateOptions,
  type RgbaPicture,
} from '@denoiser/pipeline';
import { pageMemory } from '../device/memory';
import { toRgba } from '../images/pixels';
import { toSize } from '../images/to-size';
import type { Context } from '../protocol/answerer';
import type { InterpolateRequest, SentDrawRequest, SentImages, SentStep, Showing, Shown } from '../protocol/drawing';
import type { PictureSource } from '../protocol/pictures';
import type { Canvases } from './canvases';

/** What a drawing shows its steps to. */
export type Audience = { readonly canvases: Canvases; readonly emit: Context<SentStep>['emit'] };

/** Draws images as the page asked, and shows it what it wants to see of each step. */
export async function drawForPage(
  model: Model,
  request: SentDrawRequest,
  signal: AbortSignal,
  audience: Audience,
): Promise<SentImages> {
  const { send, canvas, image, inpaint, ...options } = request;
  const { count = options.indices?.length ?? options.classes?.length ?? 1 } = options;
  checkRoom(count, model.imageShape, pageMemory());
  const scaled = async (picture: PictureSource) => fitted(picture, model);
  const given = {
    ...options,
    signal,
    ...(image && { image: await scaled(image) }),
    ...(inpaint && { inpaint: { image: await scaled(inpaint.image), mask: maskOf(inpaint.mask) } }),
  };
  return show((onBegin) => drawImages(model, { ...given, onBegin } as DrawOptions), model, { send, canvas }, audience);
}

/** Draws images between two seeds. */
export async function interpolateForPage(
  model: Model,
  { send, canvas, ...options }: InterpolateRequest,
  signal: AbortSignal,
  audience: Audience,
): Promise<SentImages> {
  const rows = Math.max(1, options.classes?.length ?? model.classNames.length);
  checkRoom((options.count ?? 1) * rows, model.imageShape, pageMemory());
  return show(
    (onBegin) => interpolate(model, { ...options, signal, onBegin } as PipelineInterpolateOptions),
    model,
    { send, canvas },
    audience,
  );
}

async function show(
  begin: (onBegin: (drawing: DrawingPlan) => void) => Drawing<DrawStep>,
  { imageShape }: Model,
  { send = {}, canvas = {} }: Showing,
  { canvases, emit }: Audience,
): Promise<SentImages> {
  const { pixels = ['x', 'x0'], values = [], every = 1 } = send;
  const channels = imageShape[2];
  let grid = { images: 0, columns: 0 };
  const drawing = begin(({ count, columns }) => {
    grid = { images: count, columns };
  });
  for await (const { x, x0, ...step } of drawing) {
    const tensors = { x, x0 };
    if (canvas.x !== undefined) await canvases.draw(canvas.x, x, canvas.columns);
    if (canvas.x0 !== undefined) await canvases.draw(canvas.x0, x0, canvas.columns);
    const isSent = (step.index + 1) % every === 0 || step.index === step.steps - 1;
    const wanted = isSent ? [...new Set([...pixels, ...values])] : [];
    const numbers: Partial<Record<Shown, Float32Array>> = {};
    for (const name of wanted) numbers[name] = await tensors[name].data<'float32'>();
    const chosen = <T>(names: readonly Shown[], make: (numbers: Float32Array) => T) =>
      Object.fromEntries(isSent ? names.map((name) => [name, make(numbers[name] as Float32Array)]) : []);
    const sent: SentStep = {
      ...step,
      ...grid,
      imageShape,
      pixels: chosen(pixels, (array) => toRgba(array, channels)),
      values: chosen(values, (array) => Float32Array.from(array)), // a copy that can be given away
    };
    const arrays = [...Object.values(sent.pixels), ...Object.values(sent.values)];
    await emit(
      sent,
      arrays.map(({ buffer }) => buffer),
    );
  }
  const { data, labels, columns } = await drawing;
  return { imageShape, data, pixels: toRgba(data, channels), columns, ...(labels && { labels }) };
}

/** Returns the middle of a picture at the model's size. */
export const fitted = (picture: PictureSource, { imageShape: [height, width] }: Model): Promise<RgbaPicture> =>
  toSize(picture, [height, width]);

const maskOf = (mask: Float32Array | Uint8Array | Uint8ClampedArray): Float32Array =>
  mask instanceof Float32Array ? mask : Float32Array.from(mask, (byte) => byte / 255);

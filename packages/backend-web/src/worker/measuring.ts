import {
  checkRoom,
  type Evaluation,
  evaluate,
  type Images,
  type InvertOptions,
  invert,
  type Model,
  type EvaluateOptions as PipelineEvaluateOptions,
} from '@denoiser/pipeline';
import { pageMemory } from '../device/memory';
import { type DecodedImages, datasetOf } from '../images/image-set';
import { toRgba } from '../images/pixels';
import type { Context } from '../protocol/answerer';
import type { SentImages } from '../protocol/drawing';
import type { EvaluateRequest, SentInversion, SentInvertRequest } from '../protocol/measuring';
import { fitted } from './drawing';

type Counting = Context<{ readonly done: number; readonly total: number }>;

/** Finds the noise of a picture, and draws the picture from it again. */
export async function invertForPage(
  model: Model,
  { image, ...options }: SentInvertRequest,
  { signal, emit }: Pick<Counting, 'signal' | 'emit'>,
): Promise<SentInversion> {
  const found = await invert(model, {
    ...options,
    image: await fitted(image, model),
    signal,
    onProgress: counted(emit),
  } as InvertOptions);
  const { picture, noise, reconstruction, error } = found;
  return { picture: asSent(picture), noise: asSent(noise), reconstruction: asSent(reconstruction), error };
}

/** Measures a model against images. */
export async function evaluateForPage(
  model: Model,
  images: DecodedImages,
  options: EvaluateRequest,
  { signal, emit }: Pick<Counting, 'signal' | 'emit'>,
): Promise<Evaluation> {
  checkRoom(options.count ?? 1, model.imageShape, pageMemory());
  return evaluate(model, {
    ...options,
    data: datasetOf(images),
    signal,
    onProgress: counted(emit),
  } as PipelineEvaluateOptions);
}

const counted = (emit: Counting['emit']) => (done: number, total: number) => void emit({ done, total });

const asSent = ({ data, imageShape, columns }: Images): SentImages => ({
  data,
  imageShape,
  columns,
  pixels: toRgba(data, imageShape[2]),
});

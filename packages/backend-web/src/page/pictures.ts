import { WebError } from '../errors';
import type {
  PictureLike,
  PictureSource,
  SentImagesRequest,
  TrainingImage,
  TrainingImages,
} from '../protocol/pictures';

/** A picture that can be sent, and what is given away with it: bitmaps that were made for the purpose. */
type Sendable = { readonly source: PictureSource; readonly transfer: readonly Transferable[] };

/**
 * Returns a picture as the worker takes it: what a canvas or an image element shows now becomes a bitmap.
 *
 * @throws DenoiserError (`picture-unknown`) for what is none.
 */
export async function sendablePicture(picture: PictureLike, name: string): Promise<Sendable> {
  const source = await picture;
  if (isElement(source)) {
    const bitmap = await createImageBitmap(source);
    return { source: bitmap, transfer: [bitmap] };
  }
  if (isSource(source)) return { source, transfer: [] };
  throw new WebError(
    'picture-unknown',
    `${name} is no picture: give a file or blob, a canvas, an image element, an ImageBitmap, an ImageData, or a promise of one.`,
  );
}

/** Returns pictures to train on as the worker takes them, each with a name. */
export async function sendableImages(
  images: TrainingImages,
): Promise<{ readonly images: SentImagesRequest['images']; readonly transfer: Transferable[] }> {
  if (typeof images?.[Symbol.iterator] !== 'function') {
    throw new WebError('option-invalid', '`images` must be a list of pictures, or a set of `openImages`.');
  }
  const transfer: Transferable[] = [];
  const sent = Array.from(images, async (given, i) => {
    const image = await given;
    const { source, name, className } = isLabelled(image) ? image : { source: image, name: undefined };
    const picture = await source;
    const called = name ?? (picture instanceof File ? picture.name : `picture ${i + 1}`);
    const { source: sendable, transfer: own } = await sendablePicture(picture, called);
    transfer.push(...own);
    return { name: called, source: sendable, ...(className !== undefined && { className }) };
  });
  return { images: await Promise.all(sent), transfer };
}

const isLabelled = (image: unknown): image is TrainingImage =>
  typeof image === 'object' && image !== null && 'source' in image;

/** By name, since not every surrounding has every class. */
const isA = (value: unknown, name: string): boolean => {
  const type = (globalThis as Record<string, unknown>)[name];
  return typeof type === 'function' && value instanceof type;
};

const isElement = (value: unknown): value is HTMLCanvasElement | OffscreenCanvas | HTMLImageElement =>
  ['HTMLCanvasElement', 'OffscreenCanvas', 'HTMLImageElement'].some((name) => isA(value, name));

const isSource = (value: unknown): value is PictureSource =>
  isA(value, 'Blob') || isA(value, 'ImageBitmap') || (typeof value === 'object' && value !== null && 'data' in value);

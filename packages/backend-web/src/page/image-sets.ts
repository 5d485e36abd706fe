import type { Caller } from '../protocol/caller';
import type { ImageSet, ImagesRequest, TrainingImages } from '../protocol/pictures';
import type { ReadingControl } from './client';
import { sendableImages } from './pictures';

/** Has pictures decoded in the worker. */
export async function openImageSet(
  { call }: Caller,
  { onProgress, signal, images, ...request }: ImagesRequest & ReadingControl,
): Promise<ImageSet> {
  const { images: sent, transfer } = await sendableImages(images);
  const argument = { ...request, images: sent };
  return call('openImages', argument, { signal, transfer, onEvent: ({ done, total }) => onProgress?.(done, total) });
}

/** Whether images are a set that the worker has, not pictures to be decoded. */
export const isImageSet = (images: TrainingImages | ImageSet): images is ImageSet =>
  typeof images === 'object' && images !== null && 'id' in images && 'length' in images && !(Symbol.iterator in images);

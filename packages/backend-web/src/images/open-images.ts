import { isDenoiserError } from '@denoiser/errors';
import { checkOptionNames } from '@denoiser/pipeline';
import { WebError } from '../errors';
import type { SentImagesRequest } from '../protocol/pictures';
import type { DecodedImages } from './image-set';
import { fromRgba } from './pixels';
import { toSize } from './to-size';

/** Pictures that are decoded at once; the browser does it on threads of its own. */
const AT_ONCE = 4;
const MAX_BYTES = 2 ** 30;

/**
 * Decodes images at one size. One that cannot be read is left out, with a sentence in `skipped`.
 *
 * @throws DenoiserError (`option-invalid`; `dataset-empty` if none is left; `dataset-memory`).
 */
export async function openImages(
  request: SentImagesRequest,
  o: { readonly onProgress?: (done: number, total: number) => void; readonly signal?: AbortSignal } = {},
): Promise<{ readonly images: DecodedImages; readonly skipped: string[] }> {
  const { images, size = 32, channels = 3 } = request;
  checkOptionNames('openImages', request, ['images', 'size', 'channels']);
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const wrong = [height, width].find((side) => !Number.isInteger(side) || side < 8 || side % 8 !== 0);
  if (wrong !== undefined) {
    throw new WebError('option-invalid', `The size of the images is a whole number divisible by 8, not ${wrong}.`);
  }
  const bytesEach = height * width * channels;
  if (images.length * bytesEach > MAX_BYTES) {
    const most = Math.floor(MAX_BYTES / bytesEach);
    throw new WebError(
      'dataset-memory',
      `${images.length} images of that size do not fit into 1 GiB: give at most ${most}.`,
    );
  }
  const decoded: (Uint8ClampedArray | undefined)[] = new Array(images.length);
  const faults: (string | undefined)[] = new Array(images.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < images.length) {
      o.signal?.throwIfAborted();
      const i = next++;
      const { name, source } = images[i] as SentImagesRequest['images'][number];
      try {
        decoded[i] = fromRgba((await toSize(source, [height, width])).data, channels);
      } catch (error) {
        if (!isDenoiserError(error) || error.code !== 'image-invalid') throw error;
        faults[i] = `${name} was left out: ${error.message}.`;
      }
      o.onProgress?.(++done, images.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));

  const kept = images.flatMap((image, i) => (decoded[i] ? [{ ...image, pixels: decoded[i] }] : []));
  const skipped = faults.filter((fault) => fault !== undefined);
  if (kept.length === 0) {
    const why = skipped.length > 0 ? `: ${skipped[0]}` : ', because none was given: choose some.';
    throw new WebError('dataset-empty', `There are no images to train on${why}`);
  }
  const classNames = [...new Set(kept.flatMap(({ className }) => className ?? []))].sort();
  const bytes = new Uint8Array(kept.length * bytesEach);
  kept.forEach(({ pixels }, i) => void bytes.set(pixels, i * bytesEach));
  const labels = kept.map(({ className }) => (className === undefined ? -1 : classNames.indexOf(className)));
  return { images: { bytes, labels, classNames, imageShape: [height, width, channels] }, skipped };
}

import { WebError } from '../errors';
import type { Picture, PictureSource } from '../protocol/pictures';

/**
 * Returns the middle of a picture, as large as it gets, scaled to a size, as RGBA. Files are turned as their EXIF orientation says;
 * transparency stays. Works on pages and in workers.
 *
 * @throws DenoiserError (`image-invalid`) for a file that the browser can't decode.
 */
export async function toSize(
  source: PictureSource,
  [height, width]: readonly [height: number, width: number],
): Promise<Picture> {
  if (isPicture(source) && source.width === width && source.height === height) return source;
  const bitmap = await decode(source);
  try {
    const across = Math.min(bitmap.width, (bitmap.height * width) / height);
    const down = Math.min(bitmap.height, (bitmap.width * height) / width);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new WebError('canvas-missing', 'This browser has no canvas to scale pictures with: update it.');
    context.imageSmoothingQuality = 'high';
    const corner = [(bitmap.width - across) / 2, (bitmap.height - down) / 2] as const;
    context.drawImage(bitmap, ...corner, across, down, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    if (bitmap !== source) bitmap.close();
  }
}

async function decode(source: PictureSource): Promise<ImageBitmap> {
  if (typeof ImageBitmap === 'function' && source instanceof ImageBitmap) return source;
  if (isPicture(source)) {
    const { data, width, height } = source;
    return createImageBitmap(new ImageData(new Uint8ClampedArray(data), width, height));
  }
  try {
    return await createImageBitmap(source as Blob, { imageOrientation: 'from-image' });
  } catch {
    throw new WebError(
      'image-invalid',
      'it is no picture that this browser can read: use JPEG, PNG, WebP, GIF or AVIF',
    );
  }
}

function isPicture(source: PictureSource): source is Picture {
  return 'data' in source;
}

import { WebError } from '../errors';
import type { Picture, PictureSource } from '../protocol/pictures';

/**
 * Returns the centre square of a picture, scaled to `size`×`size`, as RGBA. Files are turned as their EXIF orientation says;
 * transparency stays. Works on pages and in workers.
 *
 * @throws DenoiserError (`image-invalid`) for a file that the browser can't decode.
 */
export async function toSquare(source: PictureSource, size: number): Promise<Picture> {
  if (isPicture(source) && source.width === size && source.height === size) return source;
  const bitmap = await decode(source);
  try {
    const { width, height } = bitmap;
    const side = Math.min(width, height);
    const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true });
    if (!context) throw new WebError('canvas-missing', 'This browser has no canvas to scale pictures with: update it.');
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, (width - side) / 2, (height - side) / 2, side, side, 0, 0, size, size);
    return context.getImageData(0, 0, size, size);
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

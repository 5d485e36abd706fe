import type { Picture } from './picture';
import { fromImageData } from './rgba';

/**
 * A picture file of the user's: its middle square, on white, at `size`×`size`.
 *
 * @throws Error with a sentence for the user if the browser can't read it.
 */
export async function pictureFromFile(file: Blob & { name?: string }, size: number, channels: 1 | 3): Promise<Picture> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(
      `${file.name ?? 'The file'} is no picture that this browser can read; try a PNG, JPEG or WebP file.`,
    );
  }
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size, size);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, size, size);
  bitmap.close();
  return fromImageData(context.getImageData(0, 0, size, size), channels);
}

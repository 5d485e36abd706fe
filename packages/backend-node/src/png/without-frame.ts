import sharp from 'sharp';
import { NodeError } from '../errors';
import { unreadable } from '../images/open-pixels';
import { readPictureInfo } from './picture-info';

/**
 * Returns the content of a picture's file, but without the frame and the enlargement that this library gave it.
 *
 * @throws DenoiserError for a grid of several images.
 */
export async function withoutFrame(file: string, content: Uint8Array): Promise<Uint8Array> {
  const layout = (await readPictureInfo(file, content))?.layout;
  if (!layout) return content;
  const { count, padding, scale, imageShape } = layout;
  if (count > 1) {
    throw new NodeError(
      'picture-is-grid',
      `${file} is a grid of ${count} images, and one is needed; write each into a file of its own and give one of them.`,
    );
  }
  if (padding === 0 && scale === 1) return content;
  const [height, width] = imageShape;
  return sharp(content)
    .extract({ left: padding, top: padding, width: width * scale, height: height * scale })
    .resize({ width, height, kernel: 'nearest' })
    .png()
    .toBuffer()
    .catch((error: Error) => {
      throw unreadable(file, error);
    });
}

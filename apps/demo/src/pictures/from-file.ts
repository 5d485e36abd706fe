import { fromBytes } from '@denoiser/pipeline/pixels';
import { forward } from '../words/forward';
import type { Picture } from './picture';

/**
 * Returns a picture file of the user's: its middle square, on white, at `size`×`size`.
 *
 * @throws Error with a sentence for the user if the browser can't read it.
 */
export async function pictureFromFile(file: File, size: number): Promise<Picture> {
  const { toSquare } = await import('@denoiser/backend-web');
  const { data } = await toSquare(file, size).catch((error: Error) => {
    throw new Error(forward.unreadable(file.name, error.message));
  });
  const colours = new Uint8ClampedArray((data.length / 4) * 3); // rounds
  for (let i = 0; i < colours.length; i++) {
    const from = 4 * Math.floor(i / 3);
    const alpha = (data[from + 3] as number) / 255;
    colours[i] = (data[from + (i % 3)] as number) * alpha + 255 * (1 - alpha);
  }
  return { height: size, width: size, channels: 3, pixels: fromBytes(colours) };
}

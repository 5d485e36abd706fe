import { toBytes } from '@denoiser/pipeline/pixels';
import type { Picture } from './picture';

/** Returns a picture as a canvas takes it: values beyond ±1 are cut, one channel is grey. */
export function toImageData({ height, width, channels, pixels }: Picture): ImageData {
  const image = new ImageData(width, height);
  const bytes = toBytes(pixels);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[i * channels + (channels === 3 ? c : 0)] as number;
    image.data[4 * i + 3] = 255;
  }
  return image;
}

import type { ImageShape } from '@denoiser/ops';
import { optionInvalid } from './check-options';

/** Values that an array of numbers holds at most. */
const MOST_VALUES = 2 ** 32;

/**
 * Checks that one array holds so many images, before anything is made for each of them.
 *
 * @throws DenoiserError (`option-invalid`) where none does.
 */
export function checkFits(count: number, [height, width, channels]: ImageShape): void {
  const most = Math.floor(MOST_VALUES / (height * width * channels));
  if (count <= most) return;
  throw optionInvalid(
    `\`count\` ${count} is more than the ${most} images of ${height}×${width} that one array holds; draw them in parts, each with a \`seed\` of its own.`,
  );
}

/** Values of images that are drawn at once at most: what a network makes of them on the way takes some hundred times their room. */
const MOST_AT_ONCE = 2 ** 22;

/** Returns how many images are drawn at once where so many are asked for. */
export const imagesAtOnce = (batchSize: number, [height, width, channels]: ImageShape): number =>
  Math.min(batchSize, Math.max(1, Math.floor(MOST_AT_ONCE / (height * width * channels))));

/** How much memory there is for images, and whose it is, in words. */
export interface Room {
  readonly bytes: number;
  readonly whose: string;
}

/**
 * Checks that there is memory for so many images, rather than after hours of drawing. A count that is none is another's to refuse.
 *
 * @throws DenoiserError (`option-invalid`) where there is not.
 */
export function checkRoom(count: number, [height, width, channels]: ImageShape, { bytes, whose }: Room): void {
  const needed = 4 * count * height * width * channels;
  if (!Number.isSafeInteger(count) || needed <= bytes) return;
  const gib = (size: number) => Math.ceil(size / 2 ** 30);
  throw optionInvalid(
    `\`count\` ${count} images of ${height}×${width} take ${gib(needed)} GiB, and ${whose} has ${gib(bytes)}; draw them in parts, each with a \`seed\` of its own.`,
  );
}

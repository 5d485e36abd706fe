import { STREAMS, uniforms } from '@denoiser/ops';
import { type Box, centreBox } from './pixels';

const SCALE = [0.8, 1] as const;
const RATIO = [3 / 4, 4 / 3] as const;
const TRIES = 10;

/**
 * The box of torchvision's RandomResizedCrop with scale (0.8, 1) and ratio (3/4, 4/3), for a target of `aspect` = width/height
 * (1 in the original): the first of ten random boxes that lies within the image, else the largest allowed one in its middle.
 *
 * A pure function of seed, epoch and index: try k takes the four numbers of Philox block k.
 */
export function randomCrop(
  image: { height: number; width: number },
  { seed, epoch, index, aspect }: { seed: number; epoch: number; index: number; aspect: number },
): Box {
  const u = uniforms({ seed, stream: STREAMS.augmentation, step: epoch, index, count: 4 * TRIES });
  const [least, most] = RATIO.map((ratio) => ratio * aspect);
  for (let k = 0; k < 4 * TRIES; k += 4) {
    const area = image.height * image.width * (SCALE[0] + (SCALE[1] - SCALE[0]) * u[k]);
    const ratio = least * (most / least) ** u[k + 1]; // uniform in the logarithm
    const width = Math.round(Math.sqrt(area * ratio));
    const height = Math.round(Math.sqrt(area / ratio));
    if (width < 1 || height < 1 || width > image.width || height > image.height) continue;
    const top = Math.floor(u[k + 2] * (image.height - height + 1));
    const left = Math.floor(u[k + 3] * (image.width - width + 1));
    return { top, left, height, width };
  }
  const ratio = image.width / image.height;
  if (ratio < least) return centreBox(image, Math.round(image.width / least), image.width);
  if (ratio > most) return centreBox(image, image.height, Math.round(image.height * most));
  return centreBox(image, image.height, image.width);
}

/** Beyond this relation of the image's aspect to the target's, every crop is the middle one: no box of scale 0.8 fits. */
export const WIDEST = RATIO[1] / SCALE[0];

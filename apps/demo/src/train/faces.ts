import { seededUniforms } from '../forward/noise';
import type { RgbaPicture } from './dataset';

/** What faces show. */
export const FACES = ['happy', 'sad', 'surprised'] as const;
export type FaceName = (typeof FACES)[number];

const SIDE = 32;
const INK = '#12141c';
/** Random numbers of a face: hue, size, place and tilt. */
const NUMBERS = 5;

/**
 * Faces `first`, `first` + 1 … of a mood, each of another colour, size, place and tilt: a data set of the page's own making. What
 * tells them apart is a few dark spots, which a small network learns in minutes.
 */
export function facePictures(
  mood: FaceName,
  { first, count }: { readonly first: number; readonly count: number },
): RgbaPicture[] {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  const random = seededUniforms(FACES.indexOf(mood) + 1, NUMBERS * (first + count));
  return Array.from({ length: count }, (_, i) => {
    const at = NUMBERS * (first + i);
    const [hue = 0, size = 0, x = 0, y = 0, tilt = 0] = random.subarray(at, at + NUMBERS);
    context.resetTransform();
    context.fillStyle = INK;
    context.fillRect(0, 0, SIDE, SIDE);
    context.translate(SIDE * (0.46 + 0.08 * x), SIDE * (0.46 + 0.08 * y));
    context.rotate(0.35 * (tilt - 0.5));
    context.scale(SIDE * (0.36 + 0.09 * size), SIDE * (0.36 + 0.09 * size)); // the face's radius is 1
    context.fillStyle = `hsl(${360 * hue} 85% 66%)`;
    oval(context, 0, 0, 1, 1);
    context.fillStyle = INK;
    for (const side of [-1, 1]) oval(context, 0.36 * side, -0.22, 0.15, 0.2);
    MOUTHS[mood](context);
    return { width: SIDE, height: SIDE, data: context.getImageData(0, 0, SIDE, SIDE).data };
  });
}

const MOUTHS: Readonly<Record<FaceName, (context: OffscreenCanvasRenderingContext2D) => void>> = {
  happy(context) {
    context.beginPath();
    context.arc(0, 0.2, 0.48, 0, Math.PI);
    context.fill();
  },
  sad(context) {
    context.strokeStyle = INK;
    context.lineWidth = 0.19;
    context.beginPath();
    context.arc(0, 0.82, 0.5, 1.15 * Math.PI, 1.85 * Math.PI);
    context.stroke();
  },
  surprised: (context) => oval(context, 0, 0.45, 0.22, 0.28),
};

function oval(context: OffscreenCanvasRenderingContext2D, x: number, y: number, across: number, down: number): void {
  context.beginPath();
  context.ellipse(x, y, across, down, 0, 0, 2 * Math.PI);
  context.fill();
}

import { seededNormals } from '../forward/noise';
import type { RgbaPicture } from './dataset';

export const SHAPES = ['circle', 'square', 'triangle'] as const;
const SIDE = 32;

/** Pictures `first`, `first` + 1 … of a shape, each in another place, size, turn and colour: a data set of the page's own making. */
export function shapePictures(
  shape: (typeof SHAPES)[number],
  { first, count }: { first: number; count: number },
): RgbaPicture[] {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  const random = seededNormals(SHAPES.indexOf(shape) + 1, (first + count) * 5);
  return Array.from({ length: count }, (_, i) => {
    const [a, b, c, d, e] = random.subarray(5 * (first + i), 5 * (first + i) + 5) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const radius = SIDE * (0.33 + 0.05 * Math.tanh(a));
    const room = SIDE / 2 - radius - 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#12141c';
    context.fillRect(0, 0, SIDE, SIDE);
    context.translate(SIDE / 2 + room * Math.tanh(b), SIDE / 2 + room * Math.tanh(c));
    context.rotate(shape === 'square' ? 0.25 * d : 0.12 * d);
    context.fillStyle = `hsl(${(360 * (e + 4)) % 360} 85% 62%)`;
    context.beginPath();
    outline(context, shape, radius);
    context.fill();
    return { width: SIDE, height: SIDE, data: context.getImageData(0, 0, SIDE, SIDE).data };
  });
}

function outline(context: OffscreenCanvasRenderingContext2D, shape: string, radius: number): void {
  if (shape === 'circle') context.arc(0, 0, radius, 0, 2 * Math.PI);
  else if (shape === 'square') context.rect(-0.82 * radius, -0.82 * radius, 1.64 * radius, 1.64 * radius);
  else {
    for (let corner = 0; corner < 3; corner++) {
      const angle = (2 * Math.PI * corner) / 3 - Math.PI / 2;
      context.lineTo(1.1 * radius * Math.cos(angle), 1.1 * radius * Math.sin(angle) + 0.12 * radius);
    }
  }
}

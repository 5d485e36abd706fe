import type { RgbaPicture } from './dataset';

const SHIFT = 0.09;
const TURN = 0.16;
const SCALE = 0.12;

/**
 * A drawing and moved, turned and scaled copies of it, so that a few drawings are enough to train on. What comes in from
 * outside has the colour of the first corner.
 */
export function variantsOf(drawing: HTMLCanvasElement, count: number, side: number): RgbaPicture[] {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  const random = () => 2 * Math.random() - 1;
  const ground = drawing.getContext('2d')?.getImageData(0, 0, 1, 1).data ?? [0, 0, 0];
  return Array.from({ length: count }, (_, i) => {
    const [shift, turn, scale] = i === 0 ? [0, 0, 0] : [SHIFT, TURN, SCALE];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = `rgb(${ground[0]} ${ground[1]} ${ground[2]})`;
    context.fillRect(0, 0, side, side);
    context.translate(side / 2 + side * shift * random(), side / 2 + side * shift * random());
    context.rotate(turn * random());
    const factor = 1 + scale * random();
    context.scale(factor, factor);
    context.imageSmoothingQuality = 'high';
    context.drawImage(drawing, -side / 2, -side / 2, side, side);
    return { width: side, height: side, data: context.getImageData(0, 0, side, side).data };
  });
}

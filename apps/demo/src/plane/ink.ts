import type { Points } from './exact-denoiser';
import { centred, type Ink, pointsOnInk } from './point-sets';

const MOST = 260;
const LETTERS = 120; // pixels high

/** Returns what is inked on a canvas. */
export function inkOf(context: CanvasRenderingContext2D): Ink {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, isInked: (x, y) => (data[4 * (y * width + x) + 3] as number) > 127 };
}

/** Returns points that a word is made of, as wide as the plane shows. */
export function pointsOfWord(word: string): Points {
  const text = word.trim();
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!context || text === '') return new Float64Array(0);
  const font = `800 ${LETTERS}px system-ui, sans-serif`;
  context.font = font;
  const { width } = context.measureText(text);
  Object.assign(context.canvas, { width: Math.ceil(width) + LETTERS, height: 2 * LETTERS });
  context.font = font; // a canvas forgets it with its size
  context.textBaseline = 'middle';
  context.fillText(text, LETTERS / 2, LETTERS);
  return centred(pointsOnInk(inkOf(context), MOST), Math.min(2.5, 0.6 + 0.45 * text.length));
}

/** Returns points that a drawing is made of, where they were drawn: the canvas's edges are the plane's, at ±`reach`. */
export function pointsOfDrawing(context: CanvasRenderingContext2D, reach: number): Points {
  const { width, height } = context.canvas;
  const pixels = pointsOnInk(inkOf(context), MOST);
  return Float64Array.from(pixels.flatMap(([x, y]) => [reach * ((2 * x) / width - 1), reach * (1 - (2 * y) / height)]));
}

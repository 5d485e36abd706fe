import { applyPalette, GIFEncoder, type Palette, quantize } from 'gifenc';
import type { Drawing } from '../sample/state';
import { saveFile } from './save-file';
import { drawSheet, sheetSize } from './sheet';

const MOST_FRAMES = 120;
const LAST_FRAME = 1800; // ms
const MIDDLE = 8; // pixels between x_t and x̂0
const GREYS: Palette = Array.from({ length: 256 }, (_, i) => [i, i, i]);

/** The whole way as a GIF, x_t on the left and x̂0 on the right. The page stays alive meanwhile. */
export async function saveAnimation({
  drawing,
  columns,
  file,
  only,
  onProgress,
}: {
  drawing: Drawing;
  columns: number;
  file: string;
  only?: number;
  onProgress: (share: number) => void;
}): Promise<void> {
  const indices = only === undefined ? drawing.captions.map((_, i) => i) : [only];
  const scale = Math.max(1, Math.round((only === undefined ? 48 : 192) / drawing.width));
  const across = only === undefined ? columns : 1;
  const [half, height] = sheetSize(drawing, indices.length, across, scale);
  const width = 2 * half + MIDDLE;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  const gif = GIFEncoder();
  const every = Math.ceil(drawing.frames.length / MOST_FRAMES);
  const frames = drawing.frames.filter((_, i) => i % every === 0 || i === drawing.frames.length - 1);
  for (const [i, frame] of frames.entries()) {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    drawSheet(context, drawing, frame.x, { indices, columns: across, scale });
    drawSheet(context, drawing, frame.x0, { indices, columns: across, scale, left: half + MIDDLE });
    const { data } = context.getImageData(0, 0, width, height);
    const palette = drawing.channels === 1 ? GREYS : quantize(data, 256);
    const index = drawing.channels === 1 ? data.filter((_, k) => k % 4 === 0) : applyPalette(data, palette);
    const isLast = i === frames.length - 1;
    gif.writeFrame(new Uint8Array(index), width, height, { palette, delay: isLast ? LAST_FRAME : 60, repeat: 0 });
    onProgress((i + 1) / frames.length);
    await new Promise((resolve) => setTimeout(resolve));
  }
  gif.finish();
  saveFile(new Blob([gif.bytes()], { type: 'image/gif' }), file);
}

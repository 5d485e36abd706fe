import type { ImageShape } from '@denoiser/ops';

/** How far images are moved at most: pixels, radians, and by which factor. */
const SHIFT = 2;
const ANGLE = 0.14;
const SCALE = 0.08;

/**
 * Returns an image [H, W, C] moved, turned and scaled a little, by four numbers in (0, 1), with bilinear interpolation; what
 * comes in from outside is like the nearest pixel of the border.
 */
export function turned(image: Float32Array, [height, width, channels]: ImageShape, u: ArrayLike<number>): Float32Array {
  const [dx, dy, da, ds] = [0, 1, 2, 3].map((i) => 2 * (u[i] as number) - 1) as [number, number, number, number];
  const scale = 1 + ds * SCALE;
  const [cos, sin] = [Math.cos(da * ANGLE) * scale, Math.sin(da * ANGLE) * scale];
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
  const out = new Float32Array(image.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = cos * (x - cx) - sin * (y - cy) + cx + dx * SHIFT;
      const sy = sin * (x - cx) + cos * (y - cy) + cy + dy * SHIFT;
      const [left, top] = [Math.floor(sx), Math.floor(sy)];
      const [fx, fy] = [sx - left, sy - top];
      const at = (row: number, column: number, channel: number) => {
        const [r, c] = [Math.min(Math.max(row, 0), height - 1), Math.min(Math.max(column, 0), width - 1)];
        return image[(r * width + c) * channels + channel] as number;
      };
      for (let channel = 0; channel < channels; channel++) {
        const above = (1 - fx) * at(top, left, channel) + fx * at(top, left + 1, channel);
        const below = (1 - fx) * at(top + 1, left, channel) + fx * at(top + 1, left + 1, channel);
        out[(y * width + x) * channels + channel] = (1 - fy) * above + fy * below;
      }
    }
  }
  return out;
}

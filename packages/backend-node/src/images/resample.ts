import type { Box, Pixels } from './pixels';

/**
 * A part of an image at another size, by a triangle filter that widens when it shrinks (what Pillow and torchvision call
 * bilinear with antialiasing), rounded to bytes, [height, width, channels].
 */
export function resample(image: Pixels, box: Box, [height, width]: readonly [number, number]): Uint8Array {
  const { bytes, channels } = image;
  const columns = triangleFilter(box.width, width);
  const rows = triangleFilter(box.height, height);
  const stride = width * channels;

  const wide = new Float32Array(box.height * stride); // [box height, width, C]
  const { first, offset, weight } = columns;
  for (let y = 0, to = 0; y < box.height; y++) {
    const row = ((box.top + y) * image.width + box.left) * channels;
    for (let x = 0; x < width; x++) {
      const end = offset[x + 1];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = offset[x], from = row + first[x] * channels + c; k < end; k++, from += channels) {
          sum += weight[k] * bytes[from];
        }
        wide[to++] = sum;
      }
    }
  }

  const out = new Uint8Array(height * stride);
  const row = new Float32Array(stride);
  for (let y = 0; y < height; y++) {
    row.fill(0.5); // so that cutting rounds
    let from = rows.first[y] * stride;
    for (let k = rows.offset[y]; k < rows.offset[y + 1]; k++, from += stride) {
      const share = rows.weight[k];
      for (let i = 0; i < stride; i++) row[i] += share * wide[from + i];
    }
    out.set(row, y * stride);
  }
  return out;
}

type Filter = { first: Int32Array; offset: Int32Array; weight: Float64Array };

/** For each of `to` pixels: the first of the `from` pixels it sees, and their weights, which sum to 1. */
function triangleFilter(from: number, to: number): Filter {
  const scale = from / to;
  const support = Math.max(1, scale);
  const first = new Int32Array(to);
  const offset = new Int32Array(to + 1);
  const weight = new Float64Array(to * (Math.ceil(2 * support) + 1));
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const begin = offset[i];
    let total = 0;
    for (let k = 0; k < end - start; k++) {
      weight[begin + k] = Math.max(0, 1 - Math.abs((start + k + 0.5 - centre) / support));
      total += weight[begin + k];
    }
    for (let k = begin; k < begin + end - start; k++) weight[k] /= total;
    first[i] = start;
    offset[i + 1] = begin + end - start;
  }
  return { first, offset, weight };
}

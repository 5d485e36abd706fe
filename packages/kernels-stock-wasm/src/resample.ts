import type { UnaryGradInputs, Upsample2xAttrs, Upsample2xGradInputs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from './heap';

export function maxPool2xGrad(heap: Heap, inputs: UnaryGradInputs): TensorInfo {
  const out = heap.make(inputs.x.shape);
  const x = heap.floats(inputs.x);
  const dy = heap.floats(inputs.dy);
  const dx = heap.floats(out).fill(0);
  const [batch, height, width, channels] = inputs.x.shape;
  const row = width * channels;
  const pooledHeight = Math.floor(height / 2);
  const pooledWidth = Math.floor(width / 2);
  let from = 0;
  for (let image = 0; image < batch; image++) {
    for (let h = 0; h < pooledHeight; h++) {
      for (let w = 0; w < pooledWidth; w++) {
        const corner = (image * height + 2 * h) * row + 2 * w * channels;
        for (let i = corner; i < corner + channels; i++) {
          let best = i;
          if (x[i + channels] > x[best]) best = i + channels;
          if (x[i + row] > x[best]) best = i + row;
          if (x[i + row + channels] > x[best]) best = i + row + channels;
          dx[best] = dy[from++];
        }
      }
    }
  }
  return out;
}

/** Hands each gradient down to the one or two rows and columns that its pixel was mixed from. */
export function upsample2xGrad(heap: Heap, inputs: Upsample2xGradInputs, { method }: Upsample2xAttrs): TensorInfo {
  const [batch, tall, wide, channels] = inputs.dy.shape;
  const [height, width] = [tall / 2, wide / 2];
  const out = heap.make([batch, height, width, channels]);
  const dy = heap.floats(inputs.dy);
  const dx = heap.floats(out).fill(0);
  const rows = sources(height, method);
  const columns = sources(width, method);
  const line = new Float32Array(width * channels);
  let from = 0;
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < tall; y++) {
      line.fill(0);
      for (let x = 0; x < wide; x++) {
        const below = columns.below[x] * channels;
        const above = columns.above[x] * channels;
        const share = columns.share[x];
        for (let c = 0; c < channels; c++) {
          const d = dy[from++];
          line[below + c] += (1 - share) * d;
          line[above + c] += share * d;
        }
      }
      const share = rows.share[y];
      const below = (image * height + rows.below[y]) * line.length;
      const above = (image * height + rows.above[y]) * line.length;
      for (let i = 0; i < line.length; i++) dx[below + i] += (1 - share) * line[i];
      if (share > 0) for (let i = 0; i < line.length; i++) dx[above + i] += share * line[i];
    }
  }
  return out;
}

/** For each of 2·size outputs the two inputs it lies between and the share of the upper one. */
function sources(size: number, method: Upsample2xAttrs['method']) {
  const positions = Array.from({ length: 2 * size }, (_, out) =>
    method === 'nearest' ? Math.floor(out / 2) : (out * (size - 1)) / (2 * size - 1),
  );
  const below = Int32Array.from(positions, Math.floor);
  return {
    below,
    above: below.map((i) => Math.min(i + 1, size - 1)),
    share: Float64Array.from(positions, (position, i) => position - below[i]),
  };
}

import type { AttentionAttrs, AttentionGradInputs, AttentionInputs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Block, Heap } from './heap';

/** Scores that exist at a time: 1 MB, so that they stay in the second cache. */
const SCORES_AT_A_TIME = 2 ** 18;

type Sizes = { batch: number; heads: number; rows: number; keys: number; width: number; scale: number };

/** [y, logSumExp], head by head and some rows at a time: a product, a softmax, a product. */
export function attention(heap: Heap, inputs: AttentionInputs, attrs: AttentionAttrs): TensorInfo[] {
  const sizes = sizesOf(inputs, attrs);
  const { batch, heads, rows, keys, width, scale } = sizes;
  const outputs = [heap.make(inputs.q.shape), heap.make([batch, heads, rows])];
  const rowsAtATime = Math.max(4, Math.min(rows, Math.floor(SCORES_AT_A_TIME / keys)));
  heap.withScratch((take, view) => {
    const q = take(rows * width);
    const kTurned = take(width * keys);
    const v = take(keys * width);
    const y = take(rows * width);
    const scores = take(rowsAtATime * keys);
    const probabilities = take(rowsAtATime * keys);
    const parts = blocksOf(rows, rowsAtATime).map(([start, count]) => ({
      start,
      count,
      q: view(q, start * width, count * width),
      y: view(y, start * width, count * width),
    }));
    forEachHead(sizes, (image, head, index) => {
      copyHead(heap, inputs.q, image, head, sizes, q, { scale });
      copyHead(heap, inputs.k, image, head, sizes, kTurned, { turned: true });
      copyHead(heap, inputs.v, image, head, sizes, v, {});
      for (const part of parts) {
        heap.matMul(part.q, kTurned, scores, part.count, width, keys);
        heap.softmax(scores, probabilities, part.count, keys);
        heap.matMul(probabilities, v, part.y, part.count, keys, width);
        const s = heap.floats(scores);
        const p = heap.floats(probabilities);
        const logSumExp = heap.floats(outputs[1]);
        for (let row = 0; row < part.count; row++) {
          // Some probability is at least 1/keys, and log Σexp(s) = s − log p holds for each: take the first.
          let i = row * keys;
          while (i < (row + 1) * keys - 1 && p[i] * keys < 0.9) i++;
          logSumExp[index * rows + part.start + row] = s[i] - Math.log(p[i]);
        }
      }
      putHead(heap, y, outputs[0], image, head, sizes);
    });
  });
  return outputs;
}

/**
 * [dq, dk, dv]. A transposed factor is slow here, so the probabilities are computed twice: by rows for dq, by columns for
 * dk and dv. What is subtracted from each row, logSumExp and Σ dy·y, goes into the products as one more column.
 */
export function attentionGrad(heap: Heap, inputs: AttentionGradInputs, attrs: AttentionAttrs): TensorInfo[] {
  const sizes = sizesOf(inputs, attrs);
  const { rows, keys, width, scale } = sizes;
  const outputs = [heap.make(inputs.q.shape), heap.make(inputs.k.shape), heap.make(inputs.v.shape)];
  const rowsAtATime = Math.max(4, Math.min(rows, Math.floor(SCORES_AT_A_TIME / keys)));
  const keysAtATime = Math.max(4, Math.min(keys, Math.floor(SCORES_AT_A_TIME / rows)));
  heap.withScratch((take, view) => {
    const q = take(rows * width); // scaled
    const qTurned = take((width + 1) * rows); // scaled, and −logSumExp
    const k = take(keys * width); // scaled
    const kTurned = take(width * keys);
    const kOne = take(keys * (width + 1)); // and 1
    const vOne = take(keys * (width + 1)); // and 1
    const vTurned = take((width + 1) * keys);
    const dy = take(rows * width);
    const dyExtra = take(rows * (width + 1)); // and −Σ dy·y
    const dyTurned = take((width + 1) * rows);
    const y = take(rows * width);
    const dq = take(rows * width);
    const dk = take(keys * width);
    const dv = take(keys * width);
    const scoreCount = Math.max(rowsAtATime * keys, keysAtATime * rows);
    const [p, g] = [take(scoreCount), take(scoreCount)];
    const one = take(1);
    heap.floats(one)[0] = 1;
    const rowParts = blocksOf(rows, rowsAtATime).map(([start, count]) => ({
      count,
      q: view(q, start * width, count * width),
      dyExtra: view(dyExtra, start * (width + 1), count * (width + 1)),
      dq: view(dq, start * width, count * width),
    }));
    const keyParts = blocksOf(keys, keysAtATime).map(([start, count]) => ({
      kOne: view(kOne, start * (width + 1), count * (width + 1)),
      vOne: view(vOne, start * (width + 1), count * (width + 1)),
      dk: view(dk, start * width, count * width),
      dv: view(dv, start * width, count * width),
      // The sigmoid takes its length from the block.
      p: view(p, 0, count * rows),
      g: view(g, 0, count * rows),
      count,
    }));
    forEachHead(sizes, (image, head, index) => {
      const ones = new Float32Array(keys).fill(1);
      const logSumExp = heap.floats(inputs.logSumExp).subarray(index * rows, (index + 1) * rows);
      copyHead(heap, inputs.q, image, head, sizes, q, { scale });
      copyHead(heap, inputs.q, image, head, sizes, qTurned, { scale, turned: true, extra: logSumExp.map((v) => -v) });
      copyHead(heap, inputs.k, image, head, sizes, k, { scale });
      copyHead(heap, inputs.k, image, head, sizes, kTurned, { turned: true });
      copyHead(heap, inputs.k, image, head, sizes, kOne, { extra: ones });
      copyHead(heap, inputs.v, image, head, sizes, vOne, { extra: ones });
      copyHead(heap, inputs.v, image, head, sizes, vTurned, { turned: true, extra: ones });
      copyHead(heap, inputs.dy, image, head, sizes, dy, {});
      copyHead(heap, inputs.y, image, head, sizes, y, {});
      const overlap = negativeRowProducts(heap.floats(dy), heap.floats(y), rows, width);
      copyHead(heap, inputs.dy, image, head, sizes, dyExtra, { extra: overlap });
      copyHead(heap, inputs.dy, image, head, sizes, dyTurned, { turned: true, extra: overlap });

      for (const part of rowParts) {
        heap.matMul(part.q, kTurned, g, part.count, width, keys);
        heap.softmax(g, p, part.count, keys);
        heap.matMul(part.dyExtra, vTurned, g, part.count, width + 1, keys);
        heap.binary('multiply', p, g, g, part.count * keys);
        heap.matMul(g, k, part.dq, part.count, keys, width);
      }
      for (const part of keyParts) {
        const size = part.count * rows;
        heap.matMul(part.kOne, qTurned, part.g, part.count, width + 1, rows);
        // exp(s) = sigmoid(s)/(1 − sigmoid(s)), which loses nothing for s ≤ 0; the backend's sigmoid is fast, its exp not.
        heap.sigmoid(part.g, part.p);
        heap.binary('subtract', one, part.p, part.g, size);
        heap.binary('divide', part.p, part.g, part.p, size);
        heap.matMul(part.p, dy, part.dv, part.count, rows, width);
        heap.matMul(part.vOne, dyTurned, part.g, part.count, width + 1, rows);
        heap.binary('multiply', part.p, part.g, part.g, size);
        heap.matMul(part.g, q, part.dk, part.count, rows, width);
      }
      putHead(heap, dq, outputs[0], image, head, sizes);
      putHead(heap, dk, outputs[1], image, head, sizes);
      putHead(heap, dv, outputs[2], image, head, sizes);
    });
  });
  return outputs;
}

function sizesOf({ q, k }: AttentionInputs, { heads }: AttentionAttrs): Sizes {
  const [batch, rows, channels] = q.shape;
  return { batch, heads, rows, keys: k.shape[1], width: channels / heads, scale: Math.sqrt(heads / channels) };
}

function forEachHead({ batch, heads }: Sizes, use: (image: number, head: number, index: number) => void): void {
  for (let index = 0; index < batch * heads; index++) use(Math.floor(index / heads), index % heads, index);
}

function blocksOf(count: number, atATime: number): [start: number, count: number][] {
  const blocks = Math.ceil(count / atATime);
  return Array.from({ length: blocks }, (_, i) => [i * atATime, Math.min(atATime, count - i * atATime)]);
}

/** One head's columns as a matrix [rows, width] of its own, turned if asked, with one more column if there is one. */
function copyHead(
  heap: Heap,
  from: TensorInfo,
  image: number,
  head: number,
  { heads, width }: Sizes,
  to: Block,
  { scale = 1, turned = false, extra }: { scale?: number; turned?: boolean; extra?: Float32Array },
): void {
  const rows = from.shape[1];
  const source = heap.floats(from);
  const target = heap.floats(to);
  const wide = extra ? width + 1 : width;
  const [rowStep, columnStep] = turned ? [1, rows] : [wide, 1];
  for (let row = 0; row < rows; row++) {
    const start = (image * rows + row) * heads * width + head * width;
    for (let c = 0; c < width; c++) target[row * rowStep + c * columnStep] = source[start + c] * scale;
    if (extra) target[row * rowStep + width * columnStep] = extra[row];
  }
  heap.forgetPacked(to);
}

function putHead(heap: Heap, from: Block, to: TensorInfo, image: number, head: number, { heads, width }: Sizes): void {
  const rows = to.shape[1];
  const source = heap.floats(from);
  const target = heap.floats(to);
  for (let row = 0; row < rows; row++) {
    const start = (image * rows + row) * heads * width + head * width;
    for (let c = 0; c < width; c++) target[start + c] = source[row * width + c];
  }
}

function negativeRowProducts(a: Float32Array, b: Float32Array, rows: number, width: number): Float32Array {
  const out = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += a[row * width + c] * b[row * width + c];
    out[row] = -sum;
  }
  return out;
}

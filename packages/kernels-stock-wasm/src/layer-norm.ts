import type { LayerNormAttrs, LayerNormGradInputs, LayerNormInputs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from './heap';

export function layerNorm(heap: Heap, inputs: LayerNormInputs, { epsilon }: LayerNormAttrs): TensorInfo {
  const out = heap.make(inputs.x.shape);
  const y = heap.floats(out);
  const x = heap.floats(inputs.x);
  const scale = heap.floats(inputs.scale);
  const bias = heap.floats(inputs.bias);
  const width = scale.length;
  const normalized = new Float64Array(width);
  for (let start = 0; start < x.length; start += width) {
    normalizeRow(x, start, epsilon, normalized);
    for (let c = 0; c < width; c++) y[start + c] = normalized[c] * scale[c] + bias[c];
  }
  return out;
}

export function layerNormGrad(heap: Heap, inputs: LayerNormGradInputs, { epsilon }: LayerNormAttrs): TensorInfo[] {
  const outputs = [heap.make(inputs.x.shape), heap.make(inputs.scale.shape), heap.make(inputs.bias.shape)];
  const dx = heap.floats(outputs[0]);
  const x = heap.floats(inputs.x);
  const dy = heap.floats(inputs.dy);
  const scale = heap.floats(inputs.scale);
  const width = scale.length;
  const dscale = new Float64Array(width);
  const dbias = new Float64Array(width);
  const normalized = new Float64Array(width);
  for (let start = 0; start < x.length; start += width) {
    const rootPrecision = normalizeRow(x, start, epsilon, normalized);
    let sum = 0;
    let projection = 0;
    for (let c = 0; c < width; c++) {
      const d = dy[start + c];
      const n = normalized[c];
      dscale[c] += d * n;
      dbias[c] += d;
      sum += d * scale[c];
      projection += d * scale[c] * n;
    }
    sum /= width;
    projection /= width;
    for (let c = 0; c < width; c++) {
      dx[start + c] = rootPrecision * (dy[start + c] * scale[c] - sum - normalized[c] * projection);
    }
  }
  heap.floats(outputs[1]).set(dscale);
  heap.floats(outputs[2]).set(dbias);
  return outputs;
}

/** Writes (x − mean)/√(variance + ε) of one row and gives 1/√(variance + ε). */
function normalizeRow(x: Float32Array, start: number, epsilon: number, normalized: Float64Array): number {
  const width = normalized.length;
  let sum = 0;
  let squares = 0;
  for (let c = 0; c < width; c++) {
    const v = x[start + c];
    sum += v;
    squares += v * v;
  }
  const mean = sum / width;
  const rootPrecision = 1 / Math.sqrt(Math.max(0, squares / width - mean * mean) + epsilon);
  for (let c = 0; c < width; c++) normalized[c] = (x[start + c] - mean) * rootPrecision;
  return rootPrecision;
}

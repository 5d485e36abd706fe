import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation, GroupNormAttrs, GroupNormGradInputs, GroupNormInputs } from '../kernels';
import { geluOf, geluSlopeOf } from './gelu-table';
import type { Heap } from './heap';

/** y = activation(residual + GN(x)·scale + bias), in two passes over each group. */
export function groupNorm(heap: Heap, inputs: GroupNormInputs, attrs: GroupNormAttrs): TensorInfo {
  const out = heap.make(inputs.x.shape);
  const y = heap.floats(out);
  const x = heap.floats(inputs.x);
  const scale = heap.floats(inputs.scale);
  const bias = heap.floats(inputs.bias);
  const residual = inputs.residual && heap.floats(inputs.residual);
  const { width, channels } = layout(inputs.x, attrs);
  forEachGroup(inputs.x, attrs, (start, end, firstChannel) => {
    const { mean, rootPrecision } = moments(x, start, end, width, channels, attrs.epsilon);
    for (let pixel = start; pixel < end; pixel += channels) {
      for (let i = pixel, c = firstChannel; i < pixel + width; i++, c++) {
        y[i] = (x[i] - mean) * rootPrecision * scale[c] + bias[c];
      }
      if (residual) for (let i = pixel; i < pixel + width; i++) y[i] += residual[i];
    }
  });
  activateInPlace(y, attrs.activation);
  return out;
}

/** [dx, dscale, dbias] and, if there is a residual, dresidual. */
export function groupNormGrad(heap: Heap, inputs: GroupNormGradInputs, attrs: GroupNormAttrs): TensorInfo[] {
  const outputs = [heap.make(inputs.x.shape), heap.make(inputs.scale.shape), heap.make(inputs.bias.shape)];
  if (inputs.residual) outputs.push(heap.make(inputs.x.shape));
  const x = heap.floats(inputs.x);
  const dy = heap.floats(inputs.dy);
  const scale = heap.floats(inputs.scale);
  const bias = heap.floats(inputs.bias);
  const residual = inputs.residual && heap.floats(inputs.residual);
  const dx = heap.floats(outputs[0]);
  const dz = residual ? heap.floats(outputs[3]) : dx; // without a residual it makes room for dx as it is used
  const dscale = new Float64Array(scale.length);
  const dbias = new Float64Array(scale.length);
  const { width, channels, size } = layout(inputs.x, attrs);
  const slope = slopeOf[attrs.activation];
  forEachGroup(inputs.x, attrs, (start, end, firstChannel) => {
    const { mean, rootPrecision } = moments(x, start, end, width, channels, attrs.epsilon);
    let sum = 0; // of g = dz·scale
    let projection = 0; // of g·n, n the normalized x
    for (let pixel = start; pixel < end; pixel += channels) {
      for (let i = pixel, c = firstChannel; i < pixel + width; i++, c++) {
        const n = (x[i] - mean) * rootPrecision;
        const z = n * scale[c] + bias[c] + (residual ? residual[i] : 0);
        const d = dy[i] * slope(z);
        dz[i] = d;
        dscale[c] += d * n;
        dbias[c] += d;
        const g = d * scale[c];
        sum += g;
        projection += g * n;
      }
    }
    sum /= size;
    projection /= size;
    for (let pixel = start; pixel < end; pixel += channels) {
      for (let i = pixel, c = firstChannel; i < pixel + width; i++, c++) {
        const n = (x[i] - mean) * rootPrecision;
        dx[i] = rootPrecision * (dz[i] * scale[c] - sum - n * projection);
      }
    }
  });
  heap.floats(outputs[1]).set(dscale);
  heap.floats(outputs[2]).set(dbias);
  return outputs;
}

const slopeOf: Record<Activation, (z: number) => number> = {
  linear: () => 1,
  gelu: geluSlopeOf,
  silu: (z) => {
    const s = 1 / (1 + Math.exp(-z));
    return s * (1 + z * (1 - s));
  },
};

function activateInPlace(y: Float32Array, activation: Activation): void {
  if (activation === 'gelu') for (let i = 0; i < y.length; i++) y[i] = geluOf(y[i]);
  if (activation === 'silu') for (let i = 0; i < y.length; i++) y[i] /= 1 + Math.exp(-y[i]);
}

function layout({ shape }: TensorInfo, { groups }: GroupNormAttrs): { width: number; channels: number; size: number } {
  const [, height, columns, channels] = shape;
  const width = channels / groups;
  // One group is one run of memory: treat it as a single wide pixel row by row of channels.
  return { width, channels, size: height * columns * width };
}

function forEachGroup(
  { shape: [batch, height, columns, channels] }: TensorInfo,
  { groups }: GroupNormAttrs,
  use: (start: number, end: number, firstChannel: number) => void,
): void {
  const imageSize = height * columns * channels;
  const width = channels / groups;
  for (let image = 0; image < batch; image++) {
    for (let firstChannel = 0; firstChannel < channels; firstChannel += width) {
      const start = image * imageSize + firstChannel;
      use(start, image * imageSize + imageSize, firstChannel);
    }
  }
}

/** In float64, where the difference of the squares loses nothing that float32 input had. */
function moments(
  x: Float32Array,
  start: number,
  end: number,
  width: number,
  channels: number,
  epsilon: number,
): { mean: number; rootPrecision: number } {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let pixel = start; pixel < end; pixel += channels) {
    for (let i = pixel; i < pixel + width; i++) {
      const v = x[i];
      sum += v;
      squares += v * v;
    }
    count += width;
  }
  const mean = sum / count;
  return { mean, rootPrecision: 1 / Math.sqrt(Math.max(0, squares / count - mean * mean) + epsilon) };
}

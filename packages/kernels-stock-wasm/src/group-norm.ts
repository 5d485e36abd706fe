import type { GroupNormAttrs, GroupNormGradInputs, GroupNormInputs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { activate, activateBack } from './activate';
import type { Heap } from './heap';

/**
 * y = activation(residual + GN(x)·scale + bias), image by image. All that a group decides comes down to a factor and an
 * offset for each channel, in float64, so that every pass runs over an image in the order of memory.
 */
export function groupNorm(heap: Heap, inputs: GroupNormInputs, attrs: GroupNormAttrs): TensorInfo {
  const out = heap.make(inputs.x.shape);
  const y = heap.floats(out);
  const x = heap.floats(inputs.x);
  const residual = inputs.residual && heap.floats(inputs.residual);
  const norm = createNorm(heap, inputs, attrs);
  const { imageSize } = norm;
  for (let start = 0; start < x.length; start += imageSize) {
    norm.measure(x, start);
    norm.apply(x, residual, y, start);
    activate(y, start, start + imageSize, attrs.activation);
  }
  return out;
}

/** [dx, dscale, dbias] and, if there is a residual, dresidual. */
export function groupNormGrad(heap: Heap, inputs: GroupNormGradInputs, attrs: GroupNormAttrs): TensorInfo[] {
  const outputs = [heap.make(inputs.x.shape), heap.make(inputs.scale.shape), heap.make(inputs.bias.shape)];
  if (inputs.residual) outputs.push(heap.make(inputs.x.shape));
  const x = heap.floats(inputs.x);
  const dy = heap.floats(inputs.dy);
  const scale = heap.floats(inputs.scale);
  const residual = inputs.residual && heap.floats(inputs.residual);
  const dx = heap.floats(outputs[0]);
  const dz = residual ? heap.floats(outputs[3]) : dx; // without a residual it makes room for dx as it is used
  const norm = createNorm(heap, inputs, attrs);
  const { imageSize, channels, width, mean, rootPrecision } = norm;
  const [dscale, dbias] = [new Float64Array(scale.length), new Float64Array(scale.length)];
  const [sums, products] = [new Float64Array(channels), new Float64Array(channels)]; // of dz, of dz·x
  const [slope, curve, offset] = [0, 0, 0].map(() => new Float64Array(channels)); // dx = slope·dz + curve·x + offset
  for (let start = 0; start < x.length; start += imageSize) {
    const end = start + imageSize;
    const own = norm.ownScale(start);
    norm.measure(x, start);
    norm.apply(x, residual, dz, start);
    activateBack(dz, dy, start, end, attrs.activation);
    sums.fill(0);
    products.fill(0);
    for (let pixel = start; pixel < end; pixel += channels) {
      for (let c = 0; c < channels; c++) {
        const d = dz[pixel + c];
        sums[c] += d;
        products[c] += d * x[pixel + c];
      }
    }
    for (let first = 0; first < channels; first += width) {
      let sum = 0; // of g = dz·scale, over the group
      let projection = 0; // of g·n, n the normalized x
      for (let c = first; c < first + width; c++) {
        const product = (products[c] - mean[c] * sums[c]) * rootPrecision[c];
        dscale[own + c] += product;
        dbias[own + c] += sums[c];
        sum += scale[own + c] * sums[c];
        projection += scale[own + c] * product;
      }
      const size = (imageSize / channels) * width;
      for (let c = first; c < first + width; c++) {
        slope[c] = rootPrecision[c] * scale[own + c];
        curve[c] = (-(rootPrecision[c] ** 2) * projection) / size;
        offset[c] = (-rootPrecision[c] * sum) / size - curve[c] * mean[c];
      }
    }
    for (let pixel = start; pixel < end; pixel += channels) {
      for (let c = 0; c < channels; c++) {
        dx[pixel + c] = slope[c] * dz[pixel + c] + curve[c] * x[pixel + c] + offset[c];
      }
    }
  }
  heap.floats(outputs[1]).set(dscale);
  heap.floats(outputs[2]).set(dbias);
  return outputs;
}

/** The statistics of one image at a time, for each channel those of its group. */
function createNorm(heap: Heap, inputs: GroupNormInputs, { groups, epsilon }: GroupNormAttrs) {
  const [, height, columns, channels] = inputs.x.shape;
  const width = channels / groups;
  const imageSize = height * columns * channels;
  const scale = heap.floats(inputs.scale);
  const bias = heap.floats(inputs.bias);
  /** Where the scale and the bias of the image at `start` begin: of all images, or each image's own. */
  const ownScale = (start: number) => (inputs.scale.shape.length === 2 ? (start / imageSize) * channels : 0);
  const [mean, rootPrecision, sums, squares, factor, offset] = Array.from(
    { length: 6 },
    () => new Float64Array(channels),
  );

  return {
    imageSize,
    channels,
    width,
    mean,
    rootPrecision,
    ownScale,

    measure(x: Float32Array, start: number): void {
      sums.fill(0);
      squares.fill(0);
      for (let pixel = start; pixel < start + imageSize; pixel += channels) {
        for (let c = 0; c < channels; c++) {
          const v = x[pixel + c];
          sums[c] += v;
          squares[c] += v * v;
        }
      }
      const size = height * columns * width;
      for (let first = 0; first < channels; first += width) {
        let sum = 0;
        let square = 0;
        for (let c = first; c < first + width; c++) {
          sum += sums[c];
          square += squares[c];
        }
        const average = sum / size;
        // In float64 the difference of the squares loses nothing that float32 input had.
        const precision = 1 / Math.sqrt(Math.max(0, square / size - average * average) + epsilon);
        mean.fill(average, first, first + width);
        rootPrecision.fill(precision, first, first + width);
      }
    },

    /** y = residual + GN(x)·scale + bias */
    apply(x: Float32Array, residual: Float32Array | undefined, y: Float32Array, start: number): void {
      const own = ownScale(start);
      for (let c = 0; c < channels; c++) {
        factor[c] = rootPrecision[c] * scale[own + c];
        offset[c] = bias[own + c] - mean[c] * factor[c];
      }
      for (let pixel = start; pixel < start + imageSize; pixel += channels) {
        for (let c = 0; c < channels; c++) y[pixel + c] = x[pixel + c] * factor[c] + offset[c];
      }
      if (residual) for (let i = start; i < start + imageSize; i++) y[i] += residual[i];
    },
  };
}

import type {
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  KernelFunc,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { backend_util, Conv2D, getKernel, util } from '@tensorflow/tfjs-core';
import { type Heap, heapOf } from './heap';
import { sumOfOuterProducts } from './products';

type Shape4D = [number, number, number, number];

/** Pixels that are multiplied at a time: enough for speed, few enough for the first cache. */
const PIXELS_AT_A_TIME = 1024;

/**
 * The gradient of the filter: for each of its places a product xᵀ·dy, x shifted by that place. x lies on a grid with zeros
 * between rows and between images, channels first; a shift is then an offset into the same memory, and nothing is copied
 * for it. dy lies on the same grid, zero where the grid is.
 */
export function conv2DBackpropFilter(
  heap: Heap,
  { x, dy }: { x: TensorInfo; dy: TensorInfo },
  attrs: Conv2DBackpropFilterAttrs,
): TensorInfo {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs;
  util.assert(dataFormat === 'NHWC', () => `Conv2DBackpropFilter on wasm takes NHWC images, but got ${dataFormat}.`);
  const info = backend_util.computeConv2DInfo(x.shape as Shape4D, filterShape, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const unpadded = padInfo.top + padInfo.bottom + padInfo.left + padInfo.right === 0;
  const out = heap.make(filterShape);
  if (filterHeight === 1 && filterWidth === 1 && strideHeight === 1 && strideWidth === 1 && unpadded) {
    const pixels = batchSize * inHeight * inWidth;
    sumOfOuterProducts(heap, heap.block(x), heap.block(dy), heap.block(out), pixels, inChannels, outChannels);
    return out;
  }
  // One run of zeros serves the right side of a row and the left side of the next, the bottom of an image and the top.
  const gridWidth = Math.max(inWidth + Math.max(padInfo.left, padInfo.right), (outWidth - 1) * strideWidth + 1);
  const gridHeight = Math.max(inHeight + Math.max(padInfo.top, padInfo.bottom), (outHeight - 1) * strideHeight + 1);
  const gridSize = gridHeight * gridWidth;
  const reach = (filterHeight - 1) * gridWidth + filterWidth - 1; // the largest shift
  const images = Math.min(batchSize, Math.max(1, Math.round(PIXELS_AT_A_TIME / gridSize)));
  const length = images * gridSize + reach; // of a channel's row, the shift included
  const tapSize = inChannels * outChannels;
  const sum = new Float64Array(filterHeight * filterWidth * tapSize);
  heap.withScratch((take, view) => {
    const grid = take(inChannels * length + reach);
    const gradients = take(length * outChannels);
    const products = take(sum.length);
    const taps = Array.from({ length: filterHeight * filterWidth }, (_, tap) => ({
      shifted: view(grid, Math.floor(tap / filterWidth) * gridWidth + (tap % filterWidth), inChannels * length),
      product: view(products, tap * tapSize, tapSize),
    }));
    heap.floats(grid).fill(0);
    heap.floats(gradients).fill(0);
    for (let first = 0; first < batchSize; first += images) {
      const count = Math.min(images, batchSize - first);
      const from = heap.floats(x);
      const to = heap.floats(grid);
      const dyFrom = heap.floats(dy);
      const dyTo = heap.floats(gradients);
      if (count < images) dyTo.fill(0);
      for (let image = 0; image < count; image++) {
        let source = (first + image) * inHeight * inWidth * inChannels;
        for (let row = 0; row < inHeight; row++) {
          const start = image * gridSize + (row + padInfo.top) * gridWidth + padInfo.left;
          for (let channel = 0; channel < inChannels; channel++) {
            let target = channel * length + start;
            for (let i = source + channel; i < source + inWidth * inChannels; i += inChannels) to[target++] = from[i];
          }
          source += inWidth * inChannels;
        }
        for (let row = 0; row < outHeight; row++) {
          const start = ((first + image) * outHeight + row) * outWidth * outChannels;
          const target = (image * gridSize + row * strideHeight * gridWidth) * outChannels;
          if (strideWidth === 1) {
            dyTo.set(dyFrom.subarray(start, start + outWidth * outChannels), target);
            continue;
          }
          for (let i = 0; i < outWidth * outChannels; i++) {
            const column = Math.floor(i / outChannels);
            dyTo[target + i + column * (strideWidth - 1) * outChannels] = dyFrom[start + i];
          }
        }
      }
      heap.forgetPacked(gradients);
      for (const { shifted, product } of taps) {
        heap.matMul(shifted, gradients, product, inChannels, length, outChannels);
      }
      const part = heap.floats(products);
      for (let i = 0; i < sum.length; i++) sum[i] += part[i];
    }
  });
  heap.floats(out).set(sum);
  return out;
}

/** The gradient of the image: the convolution of dy, spread out by the strides, with the filter turned around. */
export const conv2DBackpropInput: KernelFunc = (call) => {
  const { dy, filter } = call.inputs as { dy: TensorInfo; filter: TensorInfo };
  const { strides, pad, dataFormat, dimRoundingMode, inputShape } = call.attrs as unknown as Conv2DBackpropInputAttrs;
  util.assert(dataFormat === 'NHWC', () => `Conv2DBackpropInput on wasm takes NHWC images, but got ${dataFormat}.`);
  const info = backend_util.computeConv2DInfo(inputShape, filter.shape as Shape4D, strides, 1, pad, dimRoundingMode);
  const { batchSize, inHeight, inWidth, filterHeight, filterWidth, inChannels, outChannels } = info;
  const top = filterHeight - 1 - info.padInfo.top;
  const left = filterWidth - 1 - info.padInfo.left;
  const bottom = inHeight - info.outHeight - top + filterHeight - 1;
  const right = inWidth - info.outWidth - left + filterWidth - 1;
  // Padding wider than the filter would be negative here: outputs that saw nothing of the image are left out.
  const asItIs = info.strideHeight === 1 && info.strideWidth === 1 && Math.min(top, bottom, left, right) >= 0;
  const heap = heapOf(call.backend);

  const turned = heap.make([filterHeight, filterWidth, outChannels, inChannels]);
  turn(heap.floats(filter), heap.floats(turned), filterHeight * filterWidth, inChannels, outChannels);
  const spreadShape: Shape4D = [batchSize, inHeight + filterHeight - 1, inWidth + filterWidth - 1, outChannels];
  const spread = asItIs ? dy : heap.make(spreadShape);
  if (!asItIs) spreadOut(heap.floats(dy), heap.floats(spread), spreadShape, { top, left }, info);
  const padding = asItIs
    ? [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]
    : 'valid';
  const attrs = { strides: 1, dilations: 1, pad: padding, dataFormat: 'NHWC' };
  const convolve = getKernel(Conv2D, 'wasm')?.kernelFunc as KernelFunc;
  const dx = convolve({ inputs: { x: spread, filter: turned }, attrs, backend: call.backend });
  heap.dispose(turned);
  if (!asItIs) heap.dispose(spread);
  return dx;
};

/** to [place, out, in] = from [last place − place, in, out] */
function turn(from: Float32Array, to: Float32Array, places: number, inChannels: number, outChannels: number): void {
  for (let place = 0; place < places; place++) {
    const start = (places - 1 - place) * inChannels * outChannels;
    let target = place * inChannels * outChannels;
    for (let o = 0; o < outChannels; o++) {
      for (let i = 0; i < inChannels; i++) to[target++] = from[start + i * outChannels + o];
    }
  }
}

/** Writes dy's pixels the strides apart into zeros, the first at (top, left); what would lie outside is left out. */
function spreadOut(
  from: Float32Array,
  to: Float32Array,
  [batch, tall, wide, channels]: Shape4D,
  { top, left }: { top: number; left: number },
  { outHeight, outWidth, strideHeight, strideWidth }: backend_util.Conv2DInfo,
): void {
  to.fill(0);
  let source = 0;
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++, source += channels) {
        const y = top + row * strideHeight;
        const x = left + column * strideWidth;
        if (y < 0 || x < 0 || y >= tall || x >= wide) continue;
        to.set(from.subarray(source, source + channels), ((image * tall + y) * wide + x) * channels);
      }
    }
  }
}

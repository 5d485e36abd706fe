import { type Conv2DAttrs, type Conv2DGradInputs, type FusedConv2DInputs, fusedKernels } from '@denoiser/ops';
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { sizeOf } from '../dispatch';
import { byClass, type ConvShape, patches, patchesOverPixels, seenBy, turnedFilter } from '../wgsl/conv-operand';
import { resultType } from '../wgsl/gemm';
import { dense } from '../wgsl/gemm-operand';
import { affineEpilogue, type Epilogue, epilogueOf, type FusedOptions } from './epilogue';
import { multiply, multiplyBoth, multiplyWithMoments, type Product } from './gemm';
import { kernel } from './kernel';

type Pad = 'valid' | 'same' | number | backend_util.ExplicitPadding;
type ConvAttrs = {
  strides: [number, number] | number;
  pad: Pad;
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  /** In how many groups of channels the result is normalized next. */
  groups?: number | undefined;
};
type FusedInputs = {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo | null;
  preluActivationWeights?: TensorInfo | null;
};
type Shape4D = [number, number, number, number];

/**
 * Convolutions in NHWC, of any stride, dilation and padding, as products of matrices that are gathered while they are loaded: batch
 * · outHeight · outWidth · filterHeight · filterWidth · inputs · outputs multiply-adds in each direction. NCHW goes to tfjs's kernels.
 */
export const convKernels = [
  kernel<{ x: TensorInfo; filter: TensorInfo }, ConvAttrs>('Conv2D', ({ x, filter }, attrs, backend, stock) => {
    const s = shapeOf(x.shape, filter.shape, attrs);
    return s && areFloats(x, filter) ? forward(backend, s, x, filter, { groups: attrs.groups }) : stock();
  }),

  kernel<FusedInputs, ConvAttrs & Pick<FusedOptions, 'activation' | 'leakyreluAlpha'>>(
    'FusedConv2D',
    (inputs, attrs, backend, stock) => {
      const { x, filter } = inputs;
      const s = shapeOf(x.shape, filter.shape, attrs);
      const epilogue = s && epilogueOf(s.outputs, { ...inputs, ...attrs });
      return epilogue && areFloats(x, filter)
        ? forward(backend, s, x, filter, { epilogue, groups: attrs.groups })
        : stock();
    },
  ),

  kernel<FusedConv2DInputs, ConvAttrs>(fusedKernels.conv2D, (inputs, attrs, backend) => {
    const { x, filter, bias, shift, residual } = inputs;
    const s = shapeOf(x.shape, filter.shape, attrs);
    if (!s) throw new Error(`${fusedKernels.conv2D} was given images of shape [${x.shape}].`);
    const perImage = s.outHeight * s.outWidth * s.outputs;
    const result = s.outputs % 4 === 0 ? 'vec4f' : 'f32'; // as the filter stands as B in memory, see `forward`
    const epilogue = affineEpilogue(result, { bias, residual, shift: shift && { tensor: shift, perImage } });
    return forward(backend, s, x, filter, { epilogue, groups: attrs.groups });
  }),

  kernel<{ dy: TensorInfo; filter: TensorInfo }, ConvAttrs & { inputShape: number[] }>(
    'Conv2DBackpropInput',
    ({ dy, filter }, attrs, backend, stock) => {
      const s = shapeOf(attrs.inputShape, filter.shape, attrs);
      if (!s || !isOutputOf(s, dy) || !areFloats(dy, filter)) return stock();
      const dx = backend.make(attrs.inputShape);
      multiply(backend, inputGradient(s, dy, filter, dx));
      return dx;
    },
  ),

  kernel<{ x: TensorInfo; dy: TensorInfo }, ConvAttrs & { filterShape: number[] }>(
    'Conv2DBackpropFilter',
    ({ x, dy }, attrs, backend, stock) => {
      const s = shapeOf(x.shape, attrs.filterShape, attrs);
      if (!s || !isOutputOf(s, dy) || !areFloats(x, dy)) return stock();
      const dfilter = backend.make(attrs.filterShape);
      multiply(backend, filterGradient(s, { x, dy, dfilter }));
      return dfilter;
    },
  ),

  kernel<Conv2DGradInputs, Conv2DAttrs>(fusedKernels.conv2DGrad, ({ dy, x, filter, bias }, attrs, backend) => {
    const s = shapeOf(x.shape, filter.shape, attrs);
    if (!s || !isOutputOf(s, dy)) throw new Error(`${fusedKernels.conv2DGrad} was given a dy of shape [${dy.shape}].`);
    const dfilter = backend.makeGradient(filter);
    const dbias = bias && backend.makeGradient(bias);
    const dx = backend.make(x.shape);
    multiplyBoth(backend, inputGradient(s, dy, filter, dx), filterGradient(s, { x, dy, dfilter, dbias }));
    return dbias ? [dx, dfilter, dbias] : [dx, dfilter];
  }),
];

/**
 * A pixel of x was seen through each tap of the filter by one pixel of y: the patches of dy times the turned filter. With a stride,
 * most of that would be zeros: a product for each class of pixels instead, if the stride divides the image.
 */
function inputGradient(s: ConvShape, dy: TensorInfo, filter: TensorInfo, dx: TensorInfo): Product {
  if (s.strideHeight * s.strideWidth > 1 && s.height % s.strideHeight === 0 && s.width % s.strideWidth === 0) {
    return { ...byClass(dy, filter, s), c: dx };
  }
  const m = s.batch * s.height * s.width;
  const k = sizeOf(filter.shape) / s.inputs;
  return {
    shape: { m, n: s.inputs, k, batch: 1 },
    a: isPointwise(s) ? dense({ tensor: dy, packing: 'inner', outer: m, inner: k }) : seenBy(dy, s),
    b: turnedFilter(filter, s),
    c: dx,
  };
}

/** The filter's gradient is small and sums over all pixels of the batch: parts of them, then their sum. dbias sums dy as it passes. */
function filterGradient(
  s: ConvShape,
  { x, dy, dfilter, dbias }: { x: TensorInfo; dy: TensorInfo; dfilter: TensorInfo; dbias?: TensorInfo | undefined },
): Product {
  const m = s.filterHeight * s.filterWidth * s.inputs;
  const k = s.batch * s.outHeight * s.outWidth;
  return {
    shape: { m, n: s.outputs, k, batch: 1 },
    a: isPointwise(s) ? dense({ tensor: x, packing: 'outer', outer: m, inner: k }) : patchesOverPixels(x, s),
    b: dense({ tensor: dy, packing: 'outer', outer: s.outputs, inner: k }),
    c: dfilter,
    sums: dbias,
  };
}

/** `groups`: see `conv2d` of `@denoiser/ops`. */
function forward(
  backend: DenoiserWebGPUBackend,
  s: ConvShape,
  x: TensorInfo,
  filter: TensorInfo,
  { epilogue, groups }: { epilogue?: Epilogue; groups?: number | undefined },
): TensorInfo {
  const b = dense({ tensor: filter, packing: 'outer', outer: s.outputs, inner: sizeOf(filter.shape) / s.outputs });
  const y = backend.makeFor(filter, [s.batch, s.outHeight, s.outWidth, s.outputs], resultType(s.outputs, b));
  const m = s.batch * s.outHeight * s.outWidth;
  const k = s.filterHeight * s.filterWidth * s.inputs;
  const product: Product = {
    shape: { m, n: s.outputs, k, batch: 1 },
    a: isPointwise(s) ? dense({ tensor: x, packing: 'inner', outer: m, inner: k }) : patches(x, s),
    b,
    c: y,
    ...(epilogue ? { epilogue } : {}),
  };
  if (groups === 1) backend.leaveMoments(y, multiplyWithMoments(backend, product, s.outHeight * s.outWidth));
  else multiply(backend, product);
  return y;
}

/** The convolution's sizes; undefined if it is not NHWC, or empty. */
function shapeOf(x: readonly number[], filter: readonly number[], attrs: ConvAttrs): ConvShape | undefined {
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat = 'NHWC' } = attrs;
  if (dataFormat !== 'NHWC') return undefined;
  const info = backend_util.computeConv2DInfo(
    x as Shape4D,
    filter as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
  );
  const s: ConvShape = {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    inputs: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outputs: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
  return Object.values(s).every(Number.isInteger) && sizeOf([...x, ...info.outShape]) > 0 ? s : undefined;
}

/** The product of x as it stands and the filter. */
const isPointwise = (s: ConvShape): boolean =>
  s.filterHeight * s.filterWidth * s.strideHeight * s.strideWidth === 1 &&
  s.padTop === 0 &&
  s.padLeft === 0 &&
  s.outHeight === s.height &&
  s.outWidth === s.width;

/** conv2dTranspose takes a dy of another size, too. */
const isOutputOf = (s: ConvShape, dy: TensorInfo): boolean =>
  [s.batch, s.outHeight, s.outWidth, s.outputs].every((size, axis) => size === dy.shape[axis]);

const areFloats = (...tensors: TensorInfo[]) => tensors.every(({ dtype }) => dtype === 'float32');

import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import { type ConvShape, convFilterGrad, convForward, convInputGrad } from './conv';
import { type Attrs, fallBack, type Inputs, kernel } from './kernel';

type Pad = 'valid' | 'same' | number | backend_util.ExplicitPadding;
type ConvAttrs = {
  strides: [number, number] | number;
  pad: Pad;
  dataFormat: 'NHWC' | 'NCHW';
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};
type Shape4D = [number, number, number, number];

/** Returns the convolution in the engine's terms, or undefined if it is left to tfjs's cpu kernel. */
function shapeOf(x: readonly number[], filter: readonly number[], attrs: ConvAttrs): ConvShape | undefined {
  if (attrs.dataFormat && attrs.dataFormat !== 'NHWC') return undefined;
  const info = backend_util.computeConv2DInfo(
    x as Shape4D,
    filter as Shape4D,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
  );
  if (info.strideHeight !== info.strideWidth || info.dilationHeight !== info.dilationWidth) return undefined;
  if (info.batchSize * info.outHeight * info.outWidth * info.inChannels * info.outChannels === 0) return undefined;
  if (filter[2] !== x[3]) return undefined;
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    k: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    n: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    stride: info.strideHeight,
    dilation: info.dilationHeight,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** Tells whether dy has the shape of the output; in conv2dTranspose tfjs takes another, too, and reads a part of it. */
const isOutputOf = (s: ConvShape, dy: TensorInfo): boolean =>
  [s.batch, s.outHeight, s.outWidth, s.n].every((size, axis) => size === dy.shape[axis]);

const float = (...tensors: TensorInfo[]) => tensors.every((t) => t.dtype === 'float32');
const outer = (name: string, inputs: object, attrs: object, backend: CpuEngineBackend) =>
  fallBack(name, inputs as Inputs, attrs as Attrs, backend);

const conv2d = kernel<{ x: TensorInfo; filter: TensorInfo }, ConvAttrs>('Conv2D', (inputs, attrs, backend) => {
  const { x, filter } = inputs;
  const s = float(x, filter) && shapeOf(x.shape, filter.shape, attrs);
  if (!s) return outer('Conv2D', inputs, attrs, backend);
  const y = backend.output([s.batch, s.outHeight, s.outWidth, s.n], 'float32');
  convForward(backend, s, backend.address(x), filter, backend.address(y));
  return y;
});

type Fused = ConvAttrs & { activation?: string };
const fusedConv2d = kernel<
  { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo; preluActivationWeights?: TensorInfo },
  Fused
>('FusedConv2D', (inputs, attrs, backend) => {
  const { x, filter, bias } = inputs;
  const plain = (!attrs.activation || attrs.activation === 'linear') && !inputs.preluActivationWeights;
  const s = plain && float(x, filter) && shapeOf(x.shape, filter.shape, attrs);
  if (!s || (bias && bias.shape.reduce((a, b) => a * b, 1) !== s.n))
    return outer('FusedConv2D', inputs, attrs, backend);
  const y = backend.output([s.batch, s.outHeight, s.outWidth, s.n], 'float32');
  convForward(backend, s, backend.address(x), filter, backend.address(y), bias && backend.address(bias));
  return y;
});

const conv2dBackpropInput = kernel<{ dy: TensorInfo; filter: TensorInfo }, ConvAttrs & { inputShape: number[] }>(
  'Conv2DBackpropInput',
  (inputs, attrs, backend) => {
    const { dy, filter } = inputs;
    const s = float(dy, filter) && shapeOf(attrs.inputShape, filter.shape, attrs);
    if (!s || !isOutputOf(s, dy)) return outer('Conv2DBackpropInput', inputs, attrs, backend);
    const dx = backend.output(attrs.inputShape, 'float32');
    convInputGrad(backend, s, backend.address(dy), filter, backend.address(dx));
    return dx;
  },
);

const conv2dBackpropFilter = kernel<{ x: TensorInfo; dy: TensorInfo }, ConvAttrs & { filterShape: number[] }>(
  'Conv2DBackpropFilter',
  (inputs, attrs, backend) => {
    const { x, dy } = inputs;
    const s = float(x, dy) && shapeOf(x.shape, attrs.filterShape, attrs);
    if (!s || !isOutputOf(s, dy)) return outer('Conv2DBackpropFilter', inputs, attrs, backend);
    const dw = backend.output(attrs.filterShape, 'float32');
    convFilterGrad(backend.engine, s, backend.address(x), backend.address(dy), backend.address(dw));
    return dw;
  },
);

export const convKernels = [conv2d, fusedConv2d, conv2dBackpropInput, conv2dBackpropFilter];

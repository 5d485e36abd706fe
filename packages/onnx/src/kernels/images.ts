import { backend_util } from '@tensorflow/tfjs-core';
import { unsupported } from '../errors';
import type { Graph } from '../graph/graph';
import { FILTER_ORDER, IMAGE_ORDER, type Value } from '../graph/value';
import type { Emitter } from './emitter';

/** Kernels of images [B, H, W, C], which are [B, C, H, W] in the graph. */

type Shape4 = [number, number, number, number];
type Pair = number | [number, number];
type Padding = 'same' | 'valid' | number | Shape4[] | [number, number][];

const order = IMAGE_ORDER;

export const conv2d: Emitter<
  'x' | 'filter',
  { strides: Pair; pad: Padding; dilations: Pair; dimRoundingMode?: 'floor' | 'round' | 'ceil' }
> = ({ graph, inputs: { x, filter }, attrs }) => {
  const { type } = graph;
  const info = backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filter.shape as Shape4,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad as 'same',
    attrs.dimRoundingMode,
  );
  const names = [graph.at(x, { order, type }), graph.at(filter, { order: FILTER_ORDER, type })];
  const y = graph.node('Conv', names, {
    kernel_shape: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(info),
  });
  return graph.value(y, info.outShape, { order });
};

/** Pooling of windows; what is beside the image does not count. */
export const pool =
  (
    operator: 'MaxPool' | 'AveragePool',
  ): Emitter<'x', { filterSize: Pair; strides: Pair; pad: Padding; dimRoundingMode?: 'floor' | 'round' | 'ceil' }> =>
  ({ graph, inputs: { x }, attrs }) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = x.shape as Shape4;
    const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad as 'same', dimRoundingMode);
    const y = graph.node(operator, [image(graph, x)], {
      kernel_shape: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      pads: padsOf(info),
    });
    return graph.value(y, info.outShape, { order });
  };

export const maxPool2x: Emitter<'x'> = ({ graph, inputs: { x } }) => {
  const [batch, height, width, channels] = x.shape as Shape4;
  const y = graph.node('MaxPool', [image(graph, x)], { kernel_shape: [2, 2], strides: [2, 2] });
  return graph.value(y, [batch, Math.floor(height / 2), Math.floor(width / 2), channels], { order });
};

/** 'bilinear' has the corners of both images on each other. */
export const upsample2x: Emitter<'x', { method: 'bilinear' | 'nearest' }> = ({ graph, inputs: { x }, attrs }) => {
  const [batch, height, width, channels] = x.shape as Shape4;
  const ways = {
    bilinear: { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    nearest: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  };
  const scales = graph.floats([1, 1, 2, 2], [4], 'float32');
  const y = graph.node('Resize', [image(graph, x), '', scales], ways[attrs.method]);
  return graph.value(y, [batch, 2 * height, 2 * width, channels], { order });
};

/** The sums of 2×2 blocks, which gradients of repeated pixels are; networks take means of them. */
export const sumPool2x: Emitter<'dy', { method: 'bilinear' | 'nearest' }> = ({ graph, inputs: { dy }, attrs }) => {
  if (attrs.method !== 'nearest') throw unsupported('denoiser.Upsample2xGrad of bilinear pixels');
  const [batch, height, width, channels] = dy.shape as Shape4;
  const means = graph.node('AveragePool', [image(graph, dy)], { kernel_shape: [2, 2], strides: [2, 2] });
  const sums = graph.node('Mul', [means, graph.floats([4], [], graph.type)]);
  return graph.value(sums, [batch, height / 2, width / 2, channels], { order });
};

const image = (graph: Graph, x: Value) => graph.at(x, { order, type: graph.type });

/** What is put around an image, in ONNX's order: the beginnings of both axes, then the ends. */
const padsOf = ({ padInfo: { top, left, bottom, right } }: { padInfo: backend_util.PadInfo }) => [
  top,
  left,
  bottom,
  right,
];

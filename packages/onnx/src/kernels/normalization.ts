import type { Activation } from '@denoiser/ops';
import type { Graph } from '../graph/graph';
import { IMAGE_ORDER, inOrder } from '../graph/value';
import { geluOf, siluOf } from './elementwise';
import type { Emitter } from './emitter';

/** activation(residual + GN(x)·scale + bias), scale and bias [C], or [B, C]: each image's own. */
export const groupNorm: Emitter<
  'x' | 'scale' | 'bias' | 'residual',
  { groups: number; epsilon: number; activation: Activation }
> = ({ graph, inputs, attrs: { groups, epsilon, activation } }) => {
  const { x, scale, bias, residual } = inputs;
  const { type } = graph;
  const order = IMAGE_ORDER;
  const [, channels] = inOrder(x.shape, order) as [number, number];
  // [C], or each image's own, [B, C].
  const perChannel = (value: typeof scale) =>
    value.shape.length === 2
      ? graph.node('Reshape', [graph.at(value, { type }), graph.ints([0, channels, 1, 1])])
      : graph.at(graph.reshape(value, [channels, 1, 1]), { type });
  const affine = graph.node('Add', [
    graph.node('Mul', [
      normalized(graph, graph.at(x, { order, type }), inOrder(x.shape, order), groups, epsilon),
      perChannel(scale),
    ]),
    perChannel(bias),
  ]);
  const sum = residual ? graph.node('Add', [affine, graph.at(residual, { order, type })]) : affine;
  return graph.value(activated(graph, sum, activation), x.shape, { order });
};

/** Every group as a channel of its own, which InstanceNormalization normalizes. */
function normalized(graph: Graph, x: string, [, channels, height, width]: number[], groups: number, epsilon: number) {
  const { type } = graph;
  const ones = graph.floats(Array<number>(groups).fill(1), [groups], type);
  const zeros = graph.floats(Array<number>(groups).fill(0), [groups], type);
  const apart = graph.node('Reshape', [x, graph.ints([0, groups, -1])]); // [B, G, C/G·H·W]
  const normal = graph.node('InstanceNormalization', [apart, ones, zeros], { epsilon: { float: epsilon } });
  return graph.node('Reshape', [normal, graph.ints([0, channels as number, height as number, width as number])]);
}

function activated(graph: Graph, x: string, activation: Activation): string {
  if (activation === 'gelu') return geluOf(graph, x, graph.type);
  return activation === 'silu' ? siluOf(graph, x) : x;
}

/** LN(x)·scale + bias, over the last axis. */
export const layerNorm: Emitter<'x' | 'scale' | 'bias', { epsilon: number }> = ({ graph, inputs, attrs }) => {
  const { x, scale, bias } = inputs;
  const names = [x, scale, bias].map((value) => graph.at(value, { type: graph.type }));
  const y = graph.node('LayerNormalization', names, { axis: -1, epsilon: { float: attrs.epsilon } });
  return graph.value(y, x.shape);
};

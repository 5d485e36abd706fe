import { backend_util, util } from '@tensorflow/tfjs-core';
import { isConstant, type NodeValue, straight, type Value } from '../graph/value';
import type { Emitter } from './emitter';

/** Kernels that move, split, join or sum along axes. */

/** The only input of a kernel is no constant: that kernel would be computed, not written. */
const asNode = (value: Value): NodeValue => value as NodeValue;

export const identity: Emitter<'x'> = ({ inputs: { x } }) => x;

export const reshape: Emitter<'x', { shape: readonly number[] }> = ({ graph, inputs: { x }, attrs: { shape } }) =>
  graph.reshape(x, util.inferFromImplicitShape([...shape], util.sizeFromShape([...x.shape])));

export const expandDims: Emitter<'input', { dim: number }> = ({ graph, inputs: { input }, attrs: { dim } }) => {
  const axis = dim < 0 ? dim + input.shape.length + 1 : dim;
  return graph.reshape(input, [...input.shape.slice(0, axis), 1, ...input.shape.slice(axis)]);
};

/** Nothing is moved: the value has its axes in another order. */
export const transpose: Emitter<'x', { perm: readonly number[] }> = ({ graph, inputs: { x }, attrs: { perm } }) => {
  const shape = perm.map((axis) => x.shape[axis] as number);
  const { name, order, type } = asNode(x);
  return graph.value(name, shape, { order: order.map((axis) => perm.indexOf(axis)), type });
};

/** Inputs are named '0', '1', … */
export const concat: Emitter<string, { axis: number }> = ({ graph, inputs, attrs }) => {
  const values = Object.keys(inputs).map((_, i) => inputs[i] as Value);
  const nodes = values.filter((value) => !isConstant(value)) as NodeValue[];
  const { type: first, shape } = nodes[0] as NodeValue;
  const order = graph.cheapestOrder(nodes);
  const type = nodes.find((node) => node.type === 'float16')?.type ?? first;
  const axis = util.parseAxisParam(attrs.axis, [...shape])[0] as number;
  const names = values.map((value) => graph.at(value, { order, type }));
  const joined = graph.node('Concat', names, { axis: order.indexOf(axis) });
  const size = values.reduce((sum, value) => sum + (value.shape[axis] as number), 0);
  return graph.value(joined, shape.with(axis, size), { order, type });
};

export const split: Emitter<'x', { numOrSizeSplits: number | number[]; axis: number }> = ({ graph, inputs, attrs }) => {
  const { name, shape, order, type } = asNode(inputs.x);
  const axis = util.parseAxisParam(attrs.axis, [...shape])[0] as number;
  const parts = attrs.numOrSizeSplits;
  const sizes: number[] = backend_util.prepareSplitSize({ shape } as never, parts, axis);
  const names = graph.outputsOf('Split', [name, graph.ints(sizes)], {
    attributes: { axis: order.indexOf(axis) },
    count: sizes.length,
  });
  return names.map((part, i) => graph.value(part, shape.with(axis, sizes[i] as number), { order, type }));
};

export const slice: Emitter<'x', { begin: number | number[]; size: number | number[] }> = ({
  graph,
  inputs,
  attrs,
}) => {
  const { name, shape, order, type } = asNode(inputs.x);
  const axes = straight(shape);
  const begin = axes.map((axis) => [attrs.begin].flat()[axis] ?? 0);
  const size = axes.map((axis) => {
    const given = [attrs.size].flat()[axis] ?? -1;
    return given < 0 ? (shape[axis] as number) - (begin[axis] as number) : given;
  });
  const cut = axes.filter((axis) => size[axis] !== shape[axis]);
  if (cut.length === 0) return inputs.x;
  const from = graph.ints(cut.map((axis) => begin[axis] as number));
  const to = graph.ints(cut.map((axis) => (begin[axis] as number) + (size[axis] as number)));
  const part = graph.node('Slice', [name, from, to, graph.ints(cut.map((axis) => order.indexOf(axis)))]);
  return graph.value(part, size, { order, type });
};

export const pad: Emitter<'x', { paddings: [number, number][]; constantValue: number }> = ({
  graph,
  inputs,
  attrs,
}) => {
  const { name, shape, order, type } = asNode(inputs.x);
  const { paddings, constantValue } = attrs;
  const ends = [0, 1].flatMap((end) => order.map((axis) => paddings[axis]?.[end] ?? 0));
  const padded = graph.node('Pad', [name, graph.ints(ends), graph.floats([constantValue], [], type)]);
  const sizes = shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
  return graph.value(padded, sizes, { order, type });
};

export const tile: Emitter<'x', { reps: readonly number[] }> = ({ graph, inputs, attrs: { reps } }) => {
  const { name, shape, order, type } = asNode(inputs.x);
  const repeats = graph.ints(order.map((axis) => reps[axis] as number));
  const sizes = shape.map((size, axis) => size * (reps[axis] as number));
  return graph.value(graph.node('Tile', [name, repeats]), sizes, { order, type });
};

/** Rows of a table by number; along the first axis, as networks look labels up. */
export const gather: Emitter<'x' | 'indices', { axis: number; batchDims: number }> = ({ graph, inputs, attrs }) => {
  const { x, indices } = inputs;
  const type = isConstant(x) ? graph.type : x.type;
  const shape = [...x.shape.slice(0, attrs.axis), ...indices.shape, ...x.shape.slice(attrs.axis + 1)];
  return graph.value(graph.node('Gather', [graph.at(x), graph.at(indices)], { axis: attrs.axis }), shape, { type });
};

/** What kernels say of the axes that they reduce. */
interface Reduction {
  readonly axis?: number | number[];
  /** As `Max` calls it. */
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

/** A kernel that makes one number of each row along some axes; an attribute says which before that opset, an input from it on. */
export const reduction =
  (operator: string, inputSince: number): Emitter<'x', Reduction> =>
  ({ graph, inputs, attrs: { axis, reductionIndices = axis, keepDims = false } }) => {
    const { name, shape, order, type } = asNode(inputs.x);
    const axes = util.parseAxisParam(reductionIndices as number[], [...shape]);
    const there = axes.map((each) => order.indexOf(each)).sort((a, b) => a - b);
    const reduced =
      graph.opset >= inputSince
        ? graph.node(operator, [name, graph.ints(there)], { keepdims: 1 })
        : graph.node(operator, [name], { axes: there, keepdims: 1 });
    const kept = graph.value(
      reduced,
      backend_util.expandShapeToKeepDim(
        shape.filter((_, each) => !axes.includes(each)),
        axes,
      ),
      { order, type },
    );
    return keepDims
      ? kept
      : graph.reshape(
          kept,
          shape.filter((_, each) => !axes.includes(each)),
        );
  };

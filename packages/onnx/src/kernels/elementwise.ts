import { backend_util, type DataType } from '@tensorflow/tfjs-core';
import type { Graph } from '../graph/graph';
import { type ElementType, isConstant, isSame, type NodeValue, straight, type Value } from '../graph/value';
import type { Emitter } from './emitter';

/** Kernels that compute each number by itself, or with the number at its place in another tensor. */

/** A kernel of one input that is an operator of ONNX. */
export const unary =
  (operator: string): Emitter<'x'> =>
  ({ graph, inputs: { x } }) =>
    map(graph, x, (name) => graph.node(operator, [name]));

/** A kernel of two inputs that is an operator of ONNX. */
export const binary =
  (operator: string): Emitter<'a' | 'b'> =>
  ({ graph, inputs: { a, b } }) =>
    combine(graph, [a, b], ([left, right]) => graph.node(operator, [left as string, right as string]));

export const square: Emitter<'x'> = ({ graph, inputs: { x } }) =>
  map(graph, x, (name) => graph.node('Mul', [name, name]));

export const rsqrt: Emitter<'x'> = ({ graph, inputs: { x } }) =>
  map(graph, x, (name) => graph.node('Reciprocal', [graph.node('Sqrt', [name])]));

export const squaredDifference: Emitter<'a' | 'b'> = ({ graph, inputs: { a, b } }) =>
  combine(graph, [a, b], ([left, right]) => {
    const difference = graph.node('Sub', [left as string, right as string]);
    return graph.node('Mul', [difference, difference]);
  });

export const silu: Emitter<'x'> = ({ graph, inputs: { x } }) => map(graph, x, (name) => siluOf(graph, name));

export const gelu: Emitter<'x'> = ({ graph, inputs: { x } }) =>
  map(graph, x, (name, type) => geluOf(graph, name, type));

export function siluOf(graph: Graph, x: string): string {
  return graph.node('Mul', [x, graph.node('Sigmoid', [x])]);
}

/** Before it was an operator, in opset 20, in the form that onnxruntime knows as one. */
export function geluOf(graph: Graph, x: string, type: ElementType): string {
  if (graph.opset >= 20) return graph.node('Gelu', [x]);
  const scalar = (value: number) => graph.floats([value], [], type);
  const erf = graph.node('Erf', [graph.node('Div', [x, scalar(Math.SQRT2)])]);
  return graph.node('Mul', [graph.node('Mul', [x, graph.node('Add', [erf, scalar(1)])]), scalar(0.5)]);
}

/** Numbers of a type as those of another; whole numbers are all int64. */
export const cast: Emitter<'x', { dtype: DataType }> = ({ graph, inputs: { x }, attrs: { dtype } }) => {
  if (isConstant(x) || (dtype === 'float32') === (x.type !== 'int64')) return x;
  const type = dtype === 'float32' ? 'float32' : 'int64';
  return graph.value(graph.at(x, { order: x.order, type }), x.shape, { order: x.order, type });
};

/** Σ coefficients[i]·inputs[i], clipped if it says so. */
export const linearCombination: Emitter<
  string,
  { coefficients: readonly number[]; clip?: readonly [min: number, max: number] }
> = ({ graph, inputs, attrs: { coefficients, clip } }) => {
  const values = coefficients.map((_, i) => inputs[i] as Value);
  return combine(graph, values, (names, type) => {
    const scalar = (value: number) => graph.floats([value], [], type);
    const sum = names
      .map((name, i) => graph.node('Mul', [name, scalar(coefficients[i] as number)]))
      .reduce((a, b) => graph.node('Add', [a, b]));
    return clip ? graph.node('Clip', [sum, scalar(clip[0]), scalar(clip[1])]) : sum;
  });
};

export const clip: Emitter<'x', { clipValueMin: number; clipValueMax: number }> = ({ graph, inputs: { x }, attrs }) =>
  map(graph, x, (name, type) => {
    const scalar = (value: number) => graph.floats([value], [], type);
    return graph.node('Clip', [name, scalar(attrs.clipValueMin), scalar(attrs.clipValueMax)]);
  });

export const leakyRelu: Emitter<'x', { alpha: number }> = ({ graph, inputs: { x }, attrs: { alpha } }) =>
  map(graph, x, (name) => graph.node('LeakyRelu', [name], { alpha: { float: alpha } }));

/** Appends what is computed of each number of x, in the order that x's axes have. */
function map(graph: Graph, x: Value, compute: (name: string, type: ElementType) => string): Value {
  return combine(graph, [x], ([name], type) => compute(name as string, type));
}

/**
 * Appends what is computed of the numbers of several tensors that are at the same place, as far as they have one. It is half
 * precision where one of them is, and its axes are in an order that those of its shape have.
 */
export function combine(
  graph: Graph,
  values: readonly Value[],
  compute: (names: string[], type: ElementType) => string,
): NodeValue {
  const nodes = values.filter((value) => !isConstant(value)) as NodeValue[];
  const shape = values.map(({ shape }) => [...shape]).reduce(backend_util.assertAndGetBroadcastShape);
  const whole = nodes.filter((node) => isSame(node.shape, shape));
  const order = whole.length > 0 ? graph.cheapestOrder(whole) : straight(shape);
  const type = nodes.find((node) => node.type === 'float16')?.type ?? (nodes[0] as NodeValue).type;
  const names = values.map((value) => graph.at(...aligned(graph, value, order, type)));
  return graph.value(compute(names, type), shape, { order, type });
}

/** A value with as many axes as the result, where their order matters: ONNX takes fewer from the right, as tfjs does. */
function aligned(graph: Graph, value: Value, order: readonly number[], type: ElementType): Parameters<Graph['at']> {
  if (value.shape.length === 0 || isSame(order, straight(order))) return [value, { type }];
  const ones = Array<number>(order.length - value.shape.length).fill(1);
  return [graph.reshape(value, [...ones, ...value.shape]), { order, type }];
}

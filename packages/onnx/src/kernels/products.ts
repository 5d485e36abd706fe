import { concat, zeros } from '@tensorflow/tfjs-core';
import type { Graph } from '../graph/graph';
import { inOrder, isConstant, straight, type Value } from '../graph/value';
import type { Emitter } from './emitter';

/** y = x·weight + bias, over the last axis. */
export const linear: Emitter<'x' | 'weight' | 'bias'> = ({ graph, inputs: { x, weight, bias } }) => {
  const { type } = graph;
  const product = graph.node('MatMul', [graph.at(x, { type }), graph.at(weight, { type })]);
  const y = bias ? graph.node('Add', [product, graph.at(bias, { type })]) : product;
  return graph.value(y, [...x.shape.slice(0, -1), weight.shape[1] as number]);
};

export const matMul: Emitter<'a' | 'b', { transposeA: boolean; transposeB: boolean }> = ({ graph, inputs, attrs }) => {
  const { type } = graph;
  const matrix = (value: Value, isTransposed: boolean) => {
    const axes = straight(value.shape);
    const order = isTransposed ? [...axes.slice(0, -2), axes.length - 1, axes.length - 2] : axes;
    return { name: graph.at(value, { order, type }), shape: inOrder(value.shape, order) };
  };
  const a = matrix(inputs.a, attrs.transposeA);
  const b = matrix(inputs.b, attrs.transposeB);
  const outer = a.shape.slice(0, -2).map((size, axis) => Math.max(size, b.shape[axis] as number));
  return graph.value(graph.node('MatMul', [a.name, b.name]), [
    ...outer,
    a.shape.at(-2) as number,
    b.shape.at(-1) as number,
  ]);
};

/** Rows of a table; −1 gives zeros. ONNX counts negative numbers from the end: there is a row of zeros there. */
export const embedding: Emitter<'table' | 'indices'> = ({ graph, inputs: { table, indices } }) => {
  const shape = [...indices.shape, table.shape[1] as number];
  return graph.value(graph.node('Gather', [withZeros(graph, table), graph.at(indices, { type: 'int64' })]), shape);
};

function withZeros(graph: Graph, table: Value): string {
  const { type } = graph;
  if (!isConstant(table)) {
    const zeros = graph.floats([0], [1, 1], type);
    const row = graph.node('Expand', [zeros, graph.ints([1, table.shape[1] as number])]);
    return graph.node('Concat', [graph.at(table, { type }), row], { axis: 0 });
  }
  const { constant, parameter } = table;
  const [, width] = table.shape;
  return graph.at(
    graph.fold(() => concat([constant, zeros([1, width as number])]), parameter),
    { type },
  );
}

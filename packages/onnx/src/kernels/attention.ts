import type { Graph } from '../graph/graph';
import type { Value } from '../graph/value';
import type { Emitter } from './emitter';

/** Multi-head attention of q [B, N, C] to k, v [B, M, C], and the logarithms of the sums, which gradients alone have a use for. */
export const attention: Emitter<'q' | 'k' | 'v', { heads: number }> = ({ graph, inputs, attrs: { heads } }) => {
  const { q, k, v } = inputs;
  const y = graph.attention === 'contrib' ? oneOperator(graph, [q, k, v], heads) : operators(graph, q, k, v, heads);
  const [batch, rows] = q.shape as [number, number];
  return [graph.value(y, q.shape), graph.value('', [batch, heads, rows])];
};

/** onnxruntime's own operator, which has scores and sums in one kernel. */
function oneOperator(graph: Graph, values: readonly Value[], heads: number): string {
  const names = values.map((value) => graph.at(value, { type: graph.type }));
  return graph.node('MultiHeadAttention', names, { num_heads: heads }, 'com.microsoft');
}

function operators(graph: Graph, q: Value, k: Value, v: Value, heads: number): string {
  const { type } = graph;
  const width = (q.shape[2] as number) / heads;
  const inHeads = (value: Value, order: readonly number[]) => {
    const [batch, rows] = value.shape as [number, number];
    const parts = graph.reshape(graph.value(graph.at(value, { type }), value.shape), [batch, rows, heads, width]);
    return graph.at(parts, { order });
  };
  const scale = graph.floats([1 / Math.sqrt(width)], [], type);
  const scaled = graph.node('Mul', [inHeads(q, [0, 2, 1, 3]), scale]); // [B, heads, N, C/heads]
  const scores = graph.node('MatMul', [scaled, inHeads(k, [0, 2, 3, 1])]); // [B, heads, N, M]
  const probabilities = graph.node('Softmax', [scores], { axis: -1 });
  const y = graph.node('MatMul', [probabilities, inHeads(v, [0, 2, 1, 3])]); // [B, heads, N, C/heads]
  const [batch, rows] = q.shape as [number, number];
  const parts = graph.value(y, [batch, rows, heads, width], { order: [0, 2, 1, 3] });
  return graph.at(graph.reshape(parts, q.shape));
}

export const softmax: Emitter<'logits', { dim: number }> = ({ graph, inputs: { logits }, attrs: { dim } }) =>
  graph.value(graph.node('Softmax', [graph.at(logits, { type: graph.type })], { axis: dim }), logits.shape);

import type { Tensor } from '@tensorflow/tfjs-core';
import { DATA_TYPE, type NodeProto } from '../proto/messages';
import { type Attributes, attributeProto } from './attribute';
import type { Batch } from './batch';
import { reshapedOrder } from './reshaped-order';
import {
  type ConstantValue,
  type ElementType,
  inOrder,
  isConstant,
  isSame,
  type NodeValue,
  straight,
  type Value,
} from './value';

/** How a network is written down. */
export interface Writing {
  /** What weights and their products are. */
  readonly type: 'float32' | 'float16';
  readonly opset: number;
  /** 'contrib': attention as one operator, which onnxruntime has beside the standard's. */
  readonly attention: 'plain' | 'contrib';
}

/** A constant of the graph; its numbers are read when the graph is complete. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  /** The sizes in the graph. */
  readonly dims: readonly number[];
  /** Numbers, or a value and the order of its axes. */
  readonly source: readonly number[] | { readonly value: ConstantValue; readonly order: readonly number[] };
}

/** Where a value is wanted: the order of its axes, by default its shape's own, and the type of its elements. */
export interface Form {
  readonly order?: readonly number[];
  readonly type?: ElementType;
}

/** A graph under construction: nodes are appended in order of execution. */
export interface Graph extends Writing {
  readonly nodes: readonly NodeProto[];
  initializers(): Initializer[];
  /** Appends a node and returns the names of its outputs. */
  outputsOf(operator: string, inputs: readonly string[], o: { attributes: Attributes; count: number }): string[];
  /** Appends a node with one output and returns that output's name. */
  node(operator: string, inputs: readonly string[], attributes?: Attributes, domain?: string): string;
  /** Returns the name of a value in this form. */
  at(value: Value, form?: Form): string;
  /** Returns the order, of those that the values have, in which the fewest of them have to be moved. */
  cheapestOrder(values: readonly NodeValue[]): readonly number[];
  /** Gives a value this name in this form. */
  output(name: string, value: Value, form: Form): void;
  /** Returns what has this name in the graph, and this form, as a value. */
  value(name: string, shape: readonly number[], form?: Form): NodeValue;
  /** Returns the value in another shape. */
  reshape(value: Value, shape: readonly number[]): Value;
  /** Returns the name of a constant of whole numbers. */
  ints(values: readonly number[]): string;
  /** Returns the name of a constant of this type. */
  floats(values: readonly number[], dims: readonly number[], type: ElementType): string;
  /** Returns a constant that is computed of others. */
  fold(compute: () => Tensor, parameter?: string): ConstantValue;
}

/** How the axes of a value in the graph are put into an order. */
const permutation = (value: NodeValue, order: readonly number[]) => order.map((axis) => value.order.indexOf(axis));

/** The key of a value whose axes are in an order. */
const moved = (value: NodeValue, order: readonly number[]) => `${value.name} moved ${permutation(value, order)}`;

/** Creates an empty graph. `fold` computes constants, where it can be computed. */
export function createGraph(writing: Writing, batch: Batch, fold: Graph['fold']): Graph {
  const nodes: NodeProto[] = [];
  const initializers = new Map<string, Initializer>();
  /** Names of what has been asked for before. */
  const names = new Map<string, string>();
  const counts = new Map<string, number>();

  const once = (key: string, make: () => string): string => {
    const name = names.get(key) ?? make();
    names.set(key, name);
    return name;
  };
  const fresh = (kind: string): string => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return `${kind}_${count}`;
  };
  const initializer = (name: string, rest: Omit<Initializer, 'name'>): string => {
    initializers.set(name, { name, ...rest });
    return name;
  };
  const literal = (values: readonly number[], dims: readonly number[], type: ElementType) =>
    once(`${type} [${dims}] ${values}`, () => initializer(fresh(type), { type, dims, source: values }));

  const graph: Graph = {
    ...writing,
    nodes,
    initializers: () => [...initializers.values()],
    outputsOf(operator, inputs, { attributes, count }) {
      const name = fresh(operator);
      const output = Array.from({ length: count }, (_, i) => `${name}_${i}`);
      append({ name, opType: operator, input: inputs, output, attributes });
      return output;
    },
    node(operator, inputs, attributes = {}, domain) {
      const name = fresh(operator);
      append({ name, opType: operator, ...(domain && { domain }), input: inputs, output: [name], attributes });
      return name;
    },
    at(value, { order = straight(value.shape), type } = {}) {
      if (isConstant(value)) return constantAt(value, order, type);
      const name = isSame(order, value.order)
        ? value.name
        : once(moved(value, order), () => graph.node('Transpose', [value.name], { perm: permutation(value, order) }));
      if (!type || type === value.type) return name;
      return once(`${name} as ${type}`, () => graph.node('Cast', [name], { to: DATA_TYPE[type] }));
    },
    cheapestOrder(values) {
      const cost = (order: readonly number[]) =>
        values.filter((value) => !isSame(order, value.order) && !names.has(moved(value, order))).length;
      return values.map(({ order }) => order).reduce((best, order) => (cost(order) < cost(best) ? order : best));
    },
    output(name, value, form) {
      append({ name, opType: 'Identity', input: [graph.at(value, form)], output: [name], attributes: {} });
    },
    value: (name, shape, { order = straight(shape), type = writing.type } = {}) => ({ name, shape, order, type }),
    reshape(value, shape) {
      if (isConstant(value)) return { ...value, shape };
      const order = reshapedOrder(value.shape, value.order, shape);
      const [from, to] = order ? [value.order, order] : [straight(value.shape), straight(shape)];
      const before = inOrder(value.shape, from);
      const after = inOrder(shape, to);
      const name = graph.at(value, { order: from });
      const reshaped = isSame(before, after)
        ? name
        : once(`${name} reshaped ${after}`, () =>
            graph.node('Reshape', [name, graph.ints(batch.reshaped(before, after))]),
          );
      return graph.value(reshaped, shape, { order: to, type: value.type });
    },
    ints: (values) => literal(values, [values.length], 'int64'),
    floats: literal,
    fold,
  };
  return graph;

  function append({ attributes, ...node }: Omit<NodeProto, 'attribute'> & { attributes: Attributes }): void {
    nodes.push({ ...node, attribute: Object.entries(attributes).map(attributeProto) });
  }

  function constantAt(value: ConstantValue, order: readonly number[], given?: ElementType): string {
    const { constant, shape, parameter } = value;
    batch.refuseIn(shape);
    const type = given ?? (constant.dtype === 'float32' ? writing.type : 'int64');
    return once(`constant ${constant.id} [${shape}] ${order} ${type}`, () => {
      const isFree = parameter !== undefined && !initializers.has(parameter);
      const name = isFree ? parameter : fresh(parameter ?? 'constant');
      return initializer(name, { type, dims: inOrder(shape, order), source: { value, order } });
    });
  }
}

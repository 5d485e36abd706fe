import { type Field, message, text } from './protobuf';

/** An ONNX model under construction (https://onnx.ai, IR version 8): nodes are appended in order of execution. */
export type GraphBuilder = {
  /** Appends a node with one output and gives that output's name. */
  node(operator: string, inputs: readonly string[], attributes?: Attributes): string;
  /** A float32 constant; gives its name. */
  floats(name: string, shape: readonly number[], values: Float32Array): string;
  /** An int64 constant of one dimension; gives its name. */
  shape(values: readonly number[]): string;
  /** The model file. */
  model(inputs: readonly Value[], output: Value): Uint8Array;
};

export type Attributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;
export type Value = { readonly name: string; readonly shape: readonly number[]; readonly type: 'float' | 'int64' };

const FLOAT = 1;
const INT64 = 7;
const OPSET = 17;

export function graphBuilder(): GraphBuilder {
  const nodes: Uint8Array[] = [];
  const initializers = new Map<string, Uint8Array>();
  let count = 0;

  const constant = (name: string, type: number, shape: readonly number[], raw: Uint8Array) => {
    const dims = shape.map((int): Field => ({ id: 1, int }));
    initializers.set(name, message([...dims, { id: 2, int: type }, text(8, name), { id: 9, bytes: raw }]));
    return name;
  };

  return {
    node(operator, inputs, attributes = {}) {
      const output = `${operator}_${count++}`;
      const fields = Object.entries(attributes).map(
        ([name, value]): Field => ({ id: 5, bytes: attribute(name, value) }),
      );
      nodes.push(message([...inputs.map((name) => text(1, name)), text(2, output), text(4, operator), ...fields]));
      return output;
    },
    floats: (name, shape, values) =>
      constant(name, FLOAT, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
    shape: (values) =>
      constant(
        `shape_${values.join('x')}`,
        INT64,
        [values.length],
        new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
      ),
    model(inputs, output) {
      const graph = message([
        ...nodes.map((bytes): Field => ({ id: 1, bytes })),
        text(2, 'unet'),
        ...[...initializers.values()].map((bytes): Field => ({ id: 5, bytes })),
        ...inputs.map((value): Field => ({ id: 11, bytes: valueInfo(value) })),
        { id: 12, bytes: valueInfo(output) },
      ]);
      const opset = message([text(1, ''), { id: 2, int: OPSET }]);
      return message([{ id: 1, int: 8 }, text(2, 'denoiser bench'), { id: 7, bytes: graph }, { id: 8, bytes: opset }]);
    },
  };
}

function attribute(name: string, value: Attributes[string]): Uint8Array {
  const type = (int: number): Field => ({ id: 20, int });
  if (typeof value === 'number') return message([text(1, name), { id: 3, int: value }, type(2)]);
  if (typeof value === 'string') return message([text(1, name), text(4, value), type(3)]);
  if ('float' in value) return message([text(1, name), { id: 2, float: value.float }, type(1)]);
  return message([text(1, name), ...value.map((int): Field => ({ id: 8, int })), type(7)]);
}

function valueInfo({ name, shape, type }: Value): Uint8Array {
  const dims = shape.map((int): Field => ({ id: 1, bytes: message([{ id: 1, int }]) }));
  const tensor = message([
    { id: 1, int: type === 'float' ? FLOAT : INT64 },
    { id: 2, bytes: message(dims) },
  ]);
  return message([text(1, name), { id: 2, bytes: message([{ id: 1, bytes: tensor }]) }]);
}

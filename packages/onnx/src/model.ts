import { convertTensor } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { OnnxError } from './errors';
import type { Initializer } from './graph/graph';
import { type ElementType, inOrder, isSame, straight } from './graph/value';
import { DATA_TYPE, type ModelProto, type TensorProto, type ValueInfoProto } from './proto/messages';
import type { Port, Trace } from './trace/trace';

/** Protocol buffers have no longer messages, and JavaScript's engines few longer arrays. */
const MOST_BYTES = 2 ** 31 - 1;

/** The version of the format that came with each version of the operators. */
const irVersion = (opset: number) => (opset < 18 ? 8 : opset < 21 ? 9 : 10);

/**
 * Returns the model of a trace.
 *
 * @param o isBare: without the numbers of weights
 * @throws DenoiserError if it does not fit a file.
 */
export async function modelOf(
  { graph, inputs, output }: Trace,
  o: { readonly metadata: Readonly<Record<string, string>>; readonly isBare?: boolean },
): Promise<ModelProto> {
  const initializers = graph.initializers();
  checkSize(initializers);
  const initializer: TensorProto[] = [];
  for (const each of initializers) initializer.push(await tensorProto(each, o.isBare && isWeight(each)));
  const hasOwnOperators = graph.nodes.some(({ domain }) => domain);
  return {
    irVersion: BigInt(irVersion(graph.opset)),
    producerName: 'denoiser',
    opsetImport: [
      { domain: '', version: BigInt(graph.opset) },
      ...(hasOwnOperators ? [{ domain: 'com.microsoft', version: 1n }] : []),
    ],
    metadataProps: Object.entries(o.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'denoiser',
      node: graph.nodes,
      initializer,
      input: inputs.map(valueInfo),
      output: [valueInfo(output)],
    },
  };
}

const isWeight = ({ source }: Initializer): boolean => 'value' in source && source.value.parameter !== undefined;

const WIDTH = { float32: 4, float16: 2, int64: 8 } as const;

function checkSize(initializers: readonly Initializer[]): void {
  const sizeOf = ({ dims, type }: Initializer) => dims.reduce((a, b) => a * b, WIDTH[type]);
  const bytes = initializers.reduce((sum, each) => sum + sizeOf(each), 0);
  if (bytes <= MOST_BYTES) return;
  throw new OnnxError(
    'model-too-large',
    `The weights take ${(bytes / 2 ** 30).toFixed(1)} GiB, and a file of ONNX may have 2; export with \`dtype\` f16, or a smaller network.`,
  );
}

async function tensorProto({ name, type, dims, source }: Initializer, isBare = false): Promise<TensorProto> {
  const rawData = isBare ? new Uint8Array() : bytesOf('value' in source ? await numbersOf(source) : source, type, name);
  return { name, dims: dims.map(BigInt), dataType: DATA_TYPE[type], rawData };
}

/** The numbers of a constant, its axes in the graph's order. */
async function numbersOf({ value, order }: Extract<Initializer['source'], { value: unknown }>) {
  const { constant, shape } = value;
  if (isSame(order, straight(shape))) return constant.data();
  const moved = tf.tidy(() => tf.transpose(tf.reshape(constant, [...shape]), [...order]));
  try {
    return await moved.data();
  } finally {
    moved.dispose();
  }
}

function bytesOf(numbers: ArrayLike<number>, type: ElementType, name: string): Uint8Array {
  if (type === 'int64') return viewOf(BigInt64Array.from(Array.from(numbers), BigInt));
  const data = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  if (type === 'float32') return viewOf(data);
  if (data.some((value) => Math.abs(value) >= FIRST_INFINITE)) {
    throw new OnnxError(
      'option-invalid',
      `Half precision has no number as large as one of ${name}; leave out \`dtype\`.`,
    );
  }
  return viewOf(convertTensor({ dtype: 'F32', shape: [data.length], data }, 'F16').data);
}

/** From here on numbers are rounded to infinity in half precision, whose largest is 65504. */
const FIRST_INFINITE = 65520;

const viewOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength);

/** Inputs and outputs have as many images as are given. */
function valueInfo({ name, shape, order, type }: Port): ValueInfoProto {
  const [, ...sizes] = inOrder(shape, order);
  const dim = [{ dimParam: 'batch' }, ...sizes.map((size) => ({ dimValue: BigInt(size) }))];
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: { dim } } } };
}

import { unknownOption } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { OnnxError } from './errors';
import { fixedBatch } from './graph/batch';
import type { Writing } from './graph/graph';
import { IMAGE_ORDER } from './graph/value';
import { modelOf } from './model';
import type { ModelProto } from './proto/messages';
import { encodeModel } from './proto/schema';
import { type Port, type Trace, trace } from './trace/trace';

/** A network of which a model is made: one of `@denoiser/unet`, or any other that computes with tensors. */
export interface ExportableNetwork {
  readonly parameters: ReadonlyMap<string, Tensor>;
  denoiser(): (x: Tensor4D, time: Tensor1D, conditioning?: { readonly labels?: Tensor1D }) => Tensor4D;
}

export interface ExportOptions {
  /** [height, width, channels] of the images. */
  readonly imageShape: ImageShape;
  /**
   * Whether the model has an input `class_labels` [B], int64, of which −1 is none; or how wide the embeddings are that a network
   * takes for classes: then it is [B, width]. Default false.
   */
  readonly labels?: boolean | number;
  /** What weights are stored and computed with. Inputs and outputs are f32, and so is the time's embedding. Default 'f32'. */
  readonly dtype?: 'f32' | 'f16';
  /** The version of ONNX's operators, from 17 to 22. Default 17. */
  readonly opset?: number;
  /** 'contrib': attention as onnxruntime's own operator, which only it has, and which is faster. Default 'plain'. */
  readonly attention?: 'plain' | 'contrib';
  /** What the model says of itself (its `metadata_props`). */
  readonly metadata?: Readonly<Record<string, string>>;
}

const OPTIONS = ['imageShape', 'labels', 'dtype', 'opset', 'attention', 'metadata'] satisfies (keyof ExportOptions)[];

const FIRST_OPSET = 17;
const LAST_OPSET = 22;

/** Primes that no other size of a network is a multiple of: the numbers of images that it is written down with. */
const BATCHES = [65_521, 65_537] as const;

/**
 * Writes a network as an ONNX model: inputs `sample` [B, C, H, W], `timestep` [B] and, with labels, `class_labels` [B] of int64;
 * output `out_sample` [B, C, H, W], or twice the channels with a learned variance. B is open. The network runs once on symbols; what it
 * computes is the model, whatever network it is.
 *
 * @throws DenoiserError where it runs a kernel that has no form in ONNX, where it depends on the number of images, or is too large for
 * a file of ONNX, 2 GiB.
 */
export async function exportOnnx(network: ExportableNetwork, options: ExportOptions): Promise<Uint8Array> {
  const writing = checked(options);
  const run = (...[x, time, labels]: Tensor[]): Tensor =>
    network.denoiser()(x as Tensor4D, time as Tensor1D, labels && { labels: labels as Tensor1D });
  const traces: Trace[] = [];
  try {
    for (const batch of BATCHES) {
      traces.push(trace(run, { ...portsOf(options, batch), parameters: network.parameters, batch, writing }));
    }
    const metadata = options.metadata ?? {};
    const [one, other] = await Promise.all(traces.map((each) => modelOf(each, { metadata, isBare: true })));
    if (!isEqual(encodeModel(one as ModelProto), encodeModel(other as ModelProto))) throw fixedBatch('something');
    return encodeModel(await modelOf(traces[0] as Trace, { metadata }));
  } finally {
    for (const each of traces) each.dispose();
  }
}

/** The model's inputs and output, for so many images. */
function portsOf(
  { imageShape, labels }: ExportOptions,
  batch: number,
): { inputs: Port[]; output: Omit<Port, 'shape'> } {
  const image = { order: IMAGE_ORDER, type: 'float32' } as const;
  const inputs: Port[] = [
    { name: 'sample', shape: [batch, ...imageShape], ...image },
    { name: 'timestep', shape: [batch], order: [0], type: 'float32' },
  ];
  if (typeof labels === 'number') {
    inputs.push({ name: 'class_labels', shape: [batch, labels], order: [0, 1], type: 'float32' });
  } else if (labels) inputs.push({ name: 'class_labels', shape: [batch], order: [0], type: 'int64' });
  return { inputs, output: { name: 'out_sample', ...image } };
}

function checked(options: ExportOptions): Writing {
  const sentence = unknownOption('exportOnnx', options, OPTIONS);
  if (sentence) throw new OnnxError('option-invalid', sentence);
  const { dtype = 'f32', opset = FIRST_OPSET, attention = 'plain' } = options;
  const invalid = (name: string, wanted: string, got: unknown) =>
    new OnnxError('option-invalid', `\`${name}\` must be ${wanted}, not ${JSON.stringify(got)}.`);
  if (dtype !== 'f32' && dtype !== 'f16') throw invalid('dtype', "'f32' or 'f16'", dtype);
  if (attention !== 'plain' && attention !== 'contrib') throw invalid('attention', "'plain' or 'contrib'", attention);
  if (!Number.isInteger(opset) || opset < FIRST_OPSET || opset > LAST_OPSET) {
    throw invalid('opset', `a whole number from ${FIRST_OPSET} to ${LAST_OPSET}`, opset);
  }
  return { type: dtype === 'f16' ? 'float16' : 'float32', opset, attention };
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

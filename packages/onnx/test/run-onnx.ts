import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { type ExportableNetwork, type ExportOptions, exportOnnx } from '../src/export-onnx';
import { onnxDenoiser } from '../src/index';

/** What both give for the same images: the network by tfjs, and its model in onnxruntime, as NHWC. */
export interface Outputs {
  readonly expected: Float32Array;
  readonly got: Float32Array;
}

/** Random images, times and labels. */
export function randomInputs(imageShape: readonly [number, number, number], times: number[], labels?: number[]) {
  return {
    x: tf.randomNormal<tf.Rank.R4>([times.length, ...imageShape], 0, 1, 'float32', 7),
    time: tf.tensor1d(times),
    ...(labels && { labels: tf.tensor1d(labels, 'int32') }),
  };
}

/** Exports a network, and runs it and the model on the same inputs, which are disposed. */
export async function runBoth(
  network: ExportableNetwork,
  inputs: { readonly x: tf.Tensor4D; readonly time: tf.Tensor1D; readonly labels?: tf.Tensor1D },
  options: Omit<ExportOptions, 'imageShape' | 'labels'> = {},
): Promise<Outputs> {
  const { x, time, labels } = inputs;
  const [, ...imageShape] = x.shape;
  const [, width] = labels?.shape ?? ([] as number[]); // of embeddings
  const model = await exportOnnx(network, { ...options, imageShape, labels: width ?? labels !== undefined });
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const conditioning = labels && { labels };
  const y = network.denoiser()(x, time, conditioning);
  const z = await onnxDenoiser(session)(x, time, conditioning);
  const outputs = { expected: (await y.data()) as Float32Array, got: (await z.data()) as Float32Array };
  tf.dispose([y, z, ...Object.values(inputs)] as tf.Tensor[]);
  await session.release();
  return outputs;
}

/** The largest difference of two arrays' elements. */
export function largestDifference({ expected, got }: Outputs): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (got[i] as number))), 0);
}

/** √mean square of the differences, as a share of that of the numbers. */
export function relativeError({ expected, got }: Outputs): number {
  const sum = expected.reduce((total, value, i) => total + (value - (got[i] as number)) ** 2, 0);
  return Math.sqrt(sum / expected.reduce((total, value) => total + value ** 2, 0));
}

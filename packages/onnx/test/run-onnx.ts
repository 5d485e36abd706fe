import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import type { ExportableNetwork, ExportOptions } from '../src/export-onnx';
import { exportOnnx } from '../src/export-onnx';

/** What both give for the same images: the network by tfjs, and its model in onnxruntime, as NHWC. */
export interface Outputs {
  readonly expected: Float32Array;
  readonly got: Float32Array;
}

/** Exports a network and runs the model on random images, with as many images as there are times. */
export async function runBoth(
  network: ExportableNetwork,
  options: ExportOptions,
  { times = [3, 700.5], labels }: { times?: number[]; labels?: number[] } = {},
): Promise<Outputs> {
  const model = await exportOnnx(network, { ...options, ...(labels && { labels: true }) });
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const shape = [times.length, ...options.imageShape] as [number, number, number, number];
  const x = tf.randomNormal<tf.Rank.R4>(shape, 0, 1, 'float32', 7);
  const nchw = tf.transpose(x, [0, 3, 1, 2]);
  const classes = labels && tf.tensor1d(labels, 'int32');
  const time = tf.tensor1d(times);
  const y = network.denoiser()(x, time, classes && { labels: classes });
  const { out_sample: output } = await session.run({
    sample: new ort.Tensor('float32', (await nchw.data()) as Float32Array, nchw.shape),
    timestep: new ort.Tensor('float32', Float32Array.from(times), [times.length]),
    ...(labels && { class_labels: new ort.Tensor('int64', BigInt64Array.from(labels, BigInt), [labels.length]) }),
  });
  const { data, dims } = output as ort.Tensor;
  const back = tf.tidy(() => tf.transpose(tf.tensor(data as Float32Array, [...dims]), [0, 2, 3, 1]));
  const outputs = { expected: (await y.data()) as Float32Array, got: (await back.data()) as Float32Array };
  tf.dispose([x, time, nchw, y, back, ...(classes ? [classes] : [])]);
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

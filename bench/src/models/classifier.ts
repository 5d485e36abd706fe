import type { Vectors } from '@denoiser/metrics';
import { conv2d, type ImageShape, linear, normals, STREAMS } from '@denoiser/ops';
import {
  convertTensor,
  readSafetensors,
  type TensorEntry,
  type TensorFile,
  toFloat32Array,
  writeSafetensors,
} from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';

/** The 3×3 convolutions, one after the other, each with a ReLU: output channels, as multiples of the width, and strides. */
const LAYERS = [
  { widths: 1, stride: 2 },
  { widths: 2, stride: 2 },
  { widths: 2, stride: 1 },
  { widths: 4, stride: 2 },
  { widths: 4, stride: 1 },
] as const;
const SIDE = 3;

/** What a classifier knows beside its weights. */
export interface ClassifierFacts {
  readonly classNames: readonly string[];
  readonly channels: number;
  /** Channels of the first convolution; there are four times as many features. */
  readonly width: number;
  /** Groups of classes that look alike even to people, such as O, o and 0. A guess within the group counts, too. */
  readonly alike: readonly (readonly string[])[];
}

/** A small convolutional network that tells classes of images in [−1, 1] apart. */
export interface Classifier extends ClassifierFacts {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** [B, H, W, C] → [B, 4·width], the means over the image of the last convolution. In a tidy. */
  features(images: tf.Tensor4D): tf.Tensor2D;
  /** [B, 4·width] → [B, classes]. In a tidy. */
  logits(features: tf.Tensor2D): tf.Tensor2D;
  dispose(): void;
}

/** Makes a classifier with fresh weights (He et al. 2015, arXiv:1502.01852, eq. 10). */
export function createClassifier(facts: ClassifierFacts, seed: number): Classifier {
  let index = 0;
  return classifierWith(facts, (shape) => {
    const count = shape.reduce((a, b) => a * b);
    const scale = Math.sqrt(2 / (count / (shape.at(-1) as number)));
    const values = normals({ seed, stream: STREAMS.weights, step: 0, index: index++, count });
    return shape.length === 1
      ? tf.zeros([...shape])
      : tf.tensor(
          values.map((value) => value * scale),
          [...shape],
        );
  });
}

/** Loads a classifier from the bytes of a file that `writeClassifier` made. */
export function loadClassifier(bytes: Uint8Array): Classifier {
  const { metadata, tensors } = readSafetensors(bytes);
  const facts = JSON.parse(metadata['denoiser.classifier'] ?? 'null') as ClassifierFacts | null;
  if (!facts) throw new Error('The file holds no classifier: it has no metadata denoiser.classifier.');
  return classifierWith(facts, (_, name) => {
    const entry = tensors.get(name);
    if (!entry) throw new Error(`The classifier lacks ${name}.`);
    return tf.tidy(() => inMemory(tf.tensor(toFloat32Array(entry), entry.shape)));
  });
}

/**
 * Returns a classifier as a file of half-precision numbers in PyTorch's layouts. It describes its features as
 * docs/feature-networks.md has it, so that it is a network for `denoiser eval --features`.
 */
export async function writeClassifier(classifier: Classifier): Promise<Uint8Array> {
  const { classNames, channels, width, alike, parameters } = classifier;
  const file: TensorFile = { metadata: metadataOf({ classNames, channels, width, alike }), tensors: new Map() };
  for (const [name, value] of parameters) {
    const turned = tf.tidy(() => inFile(value));
    const entry: TensorEntry = { dtype: 'F32', shape: turned.shape, data: Float32Array.from(await turned.data()) };
    file.tensors.set(name, convertTensor(entry, 'F16'));
    turned.dispose();
  }
  return writeSafetensors(file);
}

/** How many features an image has. */
const dimensionsOf = ({ width }: ClassifierFacts): number => (LAYERS.at(-1) as (typeof LAYERS)[number]).widths * width;

/** The classes that a classifier finds in images [N, H, W, C] in [−1, 1], by number, and the features of each. */
export async function classify(
  classifier: Classifier,
  { data, shape, batchSize = 64 }: { data: Float32Array; shape: ImageShape; batchSize?: number },
): Promise<{ labels: Int32Array; features: Vectors }> {
  const size = shape.reduce((a, b) => a * b);
  const count = data.length / size;
  const labels = new Int32Array(count);
  const dimensions = dimensionsOf(classifier);
  const features = new Float32Array(count * dimensions);
  for (let from = 0; from < count; from += batchSize) {
    const to = Math.min(count, from + batchSize);
    const [ofBatch, found] = tf.tidy(() => {
      const images = tf.tensor4d(data.subarray(from * size, to * size), [to - from, ...shape]);
      const ofImages = classifier.features(images); // [B, 4·width]
      return [ofImages, tf.argMax(classifier.logits(ofImages), 1)] as const; // [B]
    });
    features.set(await ofBatch.data(), from * dimensions);
    labels.set(await found.data(), from);
    tf.dispose([ofBatch, found]);
  }
  return { labels, features: { data: features, dimensions } };
}

/** Whether a guess counts as right: it is the class, or looks like it. */
export function isRight({ classNames, alike }: ClassifierFacts, guess: number, label: number): boolean {
  if (guess === label) return true;
  const [a, b] = [classNames[guess] as string, classNames[label] as string];
  return alike.some((group) => group.includes(a) && group.includes(b));
}

function classifierWith(
  facts: ClassifierFacts,
  initial: (shape: readonly number[], name: string) => tf.Tensor,
): Classifier {
  const parameters = new Map<string, tf.Variable>();
  const add = (name: string, shape: readonly number[]) => {
    const first = initial(shape, name);
    parameters.set(name, tf.variable(first));
    first.dispose();
  };
  const { width } = facts;
  LAYERS.forEach(({ widths }, i) => {
    const before = LAYERS[i - 1];
    add(`${i}.weight`, [SIDE, SIDE, before ? before.widths * width : facts.channels, widths * width]);
    add(`${i}.bias`, [widths * width]);
  });
  add('head.weight', [dimensionsOf(facts), facts.classNames.length]);
  add('head.bias', [facts.classNames.length]);
  const parameter = <T extends tf.Tensor>(name: string) => parameters.get(name) as unknown as T;
  return {
    ...facts,
    parameters,
    features(images) {
      const last = LAYERS.reduce((x, { stride }, i) => {
        const bias = parameter<tf.Tensor1D>(`${i}.bias`);
        return tf.relu(conv2d(x, parameter<tf.Tensor4D>(`${i}.weight`), { stride, padding: 1, bias }));
      }, images);
      return tf.mean(last, [1, 2]); // [B, 4·width]
    },
    logits: (features) => linear(features, parameter('head.weight'), parameter('head.bias')) as tf.Tensor2D,
    dispose: () => tf.dispose([...parameters.values()]),
  };
}

function metadataOf(facts: ClassifierFacts): Record<string, string> {
  const layers = LAYERS.flatMap(({ stride }, i) => [
    { type: 'conv', weight: `${i}.weight`, bias: `${i}.bias`, stride, padding: 1 },
    { type: 'relu' },
  ]);
  const middle = Array.from({ length: facts.channels }, () => 0.5); // of pixels in [0, 1]
  const input = { channels: facts.channels, mean: middle, std: middle };
  return {
    'denoiser.classifier': JSON.stringify(facts),
    'denoiser.features': JSON.stringify({ format: 1, input, layers: [...layers, { type: 'global-average' }] }),
  };
}

/** HWIO → OIHW, [in, out] → [out, in]. */
const inFile = (value: tf.Tensor): tf.Tensor =>
  value.rank === 4 ? tf.transpose(value, [3, 2, 0, 1]) : value.rank === 2 ? tf.transpose(value) : tf.clone(value);

const inMemory = (value: tf.Tensor): tf.Tensor =>
  value.rank === 4 ? tf.transpose(value, [2, 3, 1, 0]) : value.rank === 2 ? tf.transpose(value) : tf.clone(value);

import '@tensorflow/tfjs';
import { DenoiserError, embedding, normals, STREAMS } from '@denoiser/ops';
import type { TensorFile } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainableModel } from '../src/index';

/**
 * A network small enough to train in a test: ε̂ = scale_t·x + shift_t + label_emb + conv3×3(x). For images of one colour
 * the best ε̂ is of that form. Its files have the convolution's axes in PyTorch's order, to tell file from memory.
 */
export function tinyModel(o: {
  timesteps: number;
  channels?: number;
  classes?: number;
  seed?: number;
}): TrainableModel & {
  dispose(): void;
} {
  const { timesteps, channels = 2, classes = 2, seed = 1 } = o;
  const shapes: Record<string, number[]> = {
    'scale.weight': [timesteps, channels],
    'shift.weight': [timesteps, channels],
    'label_emb.weight': [classes, channels],
    'conv.weight': [3, 3, channels, channels],
  };
  const parameters = new Map(
    Object.entries(shapes).map(([name, shape], index) => {
      const count = tf.util.sizeFromShape(shape);
      const values = normals({ seed, stream: STREAMS.weights, step: 0, index, count }).map((z) => 0.1 * z);
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, shape)))];
    }),
  );
  const permuted = (name: string, tensor: tf.Tensor, order: number[]) =>
    name === 'conv.weight' ? tf.transpose(tensor, order) : tf.clone(tensor);
  return {
    architecture: { name: 'tiny', config: { timesteps, channels, classes } },
    parameters,
    denoiser(weights: ReadonlyMap<string, tf.Tensor> = parameters) {
      const get = <T extends tf.Tensor>(name: string) => weights.get(name) as T;
      return (x, time, conditioning) =>
        tf.tidy(() => {
          const t = tf.cast(time, 'int32');
          const rows = (name: string, indices: tf.Tensor1D) =>
            tf.reshape(embedding(get<tf.Tensor2D>(name), indices), [-1, 1, 1, channels]);
          const terms = [
            tf.mul(x, rows('scale.weight', t)),
            rows('shift.weight', t),
            tf.conv2d(x, get<tf.Tensor4D>('conv.weight'), 1, 'same'),
          ];
          if (conditioning?.labels) terms.push(rows('label_emb.weight', conditioning.labels));
          return terms.reduce((sum, term) => tf.add(sum, term)) as tf.Tensor4D;
        });
    },
    async exportParameters(tensors) {
      const file: TensorFile = { metadata: { format: 'pt' }, tensors: new Map() };
      for (const [name, tensor] of tensors) {
        const toFile = permuted(name, tensor, [3, 2, 0, 1]);
        const data = Float32Array.from(await toFile.data());
        file.tensors.set(name, { dtype: 'F32', shape: toFile.shape, data });
        toFile.dispose();
      }
      return file;
    },
    importParameters(file) {
      return new Map(
        Object.keys(shapes).map((name) => {
          const entry = file.tensors.get(name);
          if (!entry) throw new DenoiserError('parameter-missing', `The file has no tensor ${name}.`);
          return [
            name,
            tf.tidy(() => permuted(name, tf.tensor(entry.data as Float32Array, entry.shape), [2, 3, 1, 0])),
          ];
        }),
      );
    },
    dispose() {
      for (const variable of parameters.values()) variable.dispose();
    },
  };
}

import { DenoiserError } from '@denoiser/errors';
import '@tensorflow/tfjs';
import { embedding, linear, normals, STREAMS } from '@denoiser/ops';
import type { TensorFile } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainableModel } from '../src/index';

/**
 * A network small enough to train in a test: ε̂ = scale_t·x + shift_t + label_emb + mix·x. For images of one colour
 * the best ε̂ is of that form. Its files hold the matrix as
 * PyTorch does, [out, in], so that file and memory can't be taken for each other.
 */
export function tinyModel(o: {
  timesteps: number;
  channels?: number;
  classes?: number;
  seed?: number;
  /** Gives twice the channels, the second half a number for each timestep. */
  learnsVariance?: boolean;
}): TrainableModel & {
  dispose(): void;
} {
  const { timesteps, channels = 2, classes = 3, seed = 1, learnsVariance = false } = o;
  const shapes: Record<string, number[]> = {
    'scale.weight': [timesteps, channels],
    'shift.weight': [timesteps, channels],
    'label_emb.weight': [classes, channels],
    'mix.weight': [channels, channels],
    ...(learnsVariance && { 'range.weight': [timesteps, channels] }),
  };
  const parameters = new Map(
    Object.entries(shapes).map(([name, shape], index) => {
      const count = tf.util.sizeFromShape(shape);
      const values = normals({ seed, stream: STREAMS.weights, step: 0, index, count }).map((z) => 0.1 * z);
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, shape)))];
    }),
  );
  const turned = (name: string, tensor: tf.Tensor) => (name === 'mix.weight' ? tf.transpose(tensor) : tf.clone(tensor));
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
            linear(x, get<tf.Tensor2D>('mix.weight')),
          ];
          if (conditioning?.labels) terms.push(rows('label_emb.weight', conditioning.labels));
          const mean = terms.reduce((sum, term) => tf.add(sum, term)) as tf.Tensor4D;
          if (!learnsVariance) return mean;
          return tf.concat([mean, tf.add(tf.zerosLike(x), rows('range.weight', t))], 3) as tf.Tensor4D;
        });
    },
    async exportParameters(tensors) {
      const file: TensorFile = { metadata: { format: 'pt' }, tensors: new Map() };
      for (const [name, tensor] of tensors) {
        const toFile = turned(name, tensor);
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
          return [name, tf.tidy(() => turned(name, tf.tensor(entry.data as Float32Array, entry.shape)))];
        }),
      );
    },
    dispose() {
      for (const variable of parameters.values()) variable.dispose();
    },
  };
}

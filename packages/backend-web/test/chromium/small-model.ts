import { embedding, linear, normals, STREAMS } from '@denoiser/ops';
import { type TensorEntry, type TensorFile, toFloat32Array } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import type { WebModel } from '../../src/worker';

/**
 * ε̂ = x·mix + label_emb + shift: a network of few kernels, since a GPU in software needs minutes to compile a U-Net's.
 */
export function createSmall({
  channels = 3,
  classes = 1,
  seed = 0,
}: {
  channels?: number;
  classes?: number;
  seed?: number;
}): WebModel {
  const shapes = { mix: [channels, channels], shift: [channels], 'label_emb.weight': [classes, channels] };
  const parameters = new Map(
    Object.entries(shapes).map(([name, shape], index) => {
      const count = tf.util.sizeFromShape(shape);
      const values = normals({ seed, stream: STREAMS.weights, step: 0, index, count }).map((z) => 0.1 * z);
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, shape)))];
    }),
  );
  return {
    architecture: { name: 'small', config: { channels, classes } },
    parameters,
    denoiser(weights: ReadonlyMap<string, tf.Tensor> = parameters) {
      const get = <T extends tf.Tensor>(name: string) => weights.get(name) as T;
      return (x, _, { labels } = {}) =>
        tf.tidy(() => {
          const [batch, height, width] = x.shape;
          const rows = linear(tf.reshape(x, [-1, channels]), get<tf.Tensor2D>('mix'), get<tf.Tensor1D>('shift'));
          const mixed = tf.reshape(rows, [batch, height, width, channels]) as tf.Tensor4D;
          if (!labels) return mixed;
          const classed = tf.reshape(embedding(get<tf.Tensor2D>('label_emb.weight'), labels), [batch, 1, 1, channels]);
          return tf.add(mixed, classed);
        });
    },
    async exportParameters(tensors) {
      const file: TensorFile = { metadata: {}, tensors: new Map() };
      for (const [name, tensor] of tensors) {
        file.tensors.set(name, { dtype: 'F32', shape: tensor.shape, data: Float32Array.from(await tensor.data()) });
      }
      return file;
    },
    importParameters({ tensors }) {
      return new Map(
        [...tensors].map(([name, entry]) => [name, tf.tensor(toFloat32Array(entry).slice(), entry.shape)]),
      );
    },
    dispose() {
      for (const variable of parameters.values()) variable.dispose();
    },
  };
}

export function loadSmall(file: TensorFile): WebModel {
  const { shape } = file.tensors.get('label_emb.weight') as TensorEntry;
  const [classes, channels] = shape as [number, number];
  const model = createSmall({ channels, classes });
  for (const [name, tensor] of model.importParameters(file)) {
    model.parameters.get(name)?.assign(tensor);
    tensor.dispose();
  }
  return model;
}

import { embedding } from '@denoiser/ops';
import { createTrainer, memoryDataset, memoryStore, type OwnModel, trainableModel } from '@denoiser/trainer';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compose, conv3x3, embeddingTable } from '../src';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const images = Float32Array.from({ length: 6 * 4 * 4 * 2 }, (_, i) => Math.sin(i));
const dataset = memoryDataset({ images, imageShape: [4, 4, 2], labels: [0, 1, 0, 1, 0, 1], classNames: ['a', 'b'] });

const ofFunction = () =>
  trainableModel({
    name: 'scale',
    variables: { s: tf.variable(tf.ones([2])), table: tf.variable(tf.zeros([2, 2])) },
    predict: (x, _, { labels }, { s, table }) => {
      const shift = labels ? tf.reshape(embedding(table as tf.Tensor2D, labels), [-1, 1, 1, 2]) : tf.scalar(0);
      return tf.add(tf.mul(x, s), shift);
    },
  });

const ofLayer = () => {
  const layer = compose({ conv: conv3x3(2, 2), label_emb: embeddingTable(2, 2) }, ({ conv, label_emb }) => {
    return (x: tf.Tensor4D, _time: tf.Tensor1D, labels?: tf.Tensor1D) =>
      labels ? tf.add(conv(x), tf.reshape(label_emb(labels), [-1, 1, 1, 2])) : conv(x);
  });
  return trainableModel({ name: 'conv', layer, seed: 3 });
};

/** tf.layers draws anew for every model otherwise. */
const seeded = () => tf.initializers.glorotUniform({ seed: 5 });

const ofLayersModel = () => {
  const [x, time] = [tf.input({ shape: [4, 4, 2] }), tf.input({ shape: [1] })];
  const scale = tf.layers
    .reshape({ targetShape: [1, 1, 2] })
    .apply(tf.layers.dense({ units: 2, name: 't', kernelInitializer: seeded() }).apply(time));
  const out = tf.layers
    .add()
    .apply([
      tf.layers
        .conv2d({ filters: 2, kernelSize: 3, padding: 'same', name: 'c', kernelInitializer: seeded() })
        .apply(x) as tf.SymbolicTensor,
      tf.layers.upSampling2d({ size: [4, 4] }).apply(scale) as tf.SymbolicTensor,
    ]) as tf.SymbolicTensor;
  const layersModel = tf.model({ inputs: [x, time], outputs: out });
  return trainableModel({ name: 'layers', layersModel });
};

const predictions = (model: OwnModel, weights?: ReadonlyMap<string, tf.Tensor>) =>
  tf.tidy(() => {
    const x = tf.tensor4d(images.slice(0, 64), [2, 4, 4, 2]);
    return Array.from(
      model
        .denoiser(weights)(x, tf.tensor1d([3, 7]))
        .dataSync(),
    );
  });

describe.each([
  ['a function with variables', ofFunction],
  ['a layer', ofLayer],
  ['a tf.layers model', ofLayersModel],
])('a network of %s', (_, create) => {
  it('learns, is kept in checkpoints, and goes on from them bit for bit', async () => {
    const options = { seed: 1, batchSize: 3, learningRate: 1e-2, ema: { decay: 0.5, startStep: 0 } };
    const through = createTrainer({ ...options, model: create() });
    const { losses } = await through.fit(dataset, { steps: 30 });
    const mean = (part: typeof losses) => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)));

    const store = memoryStore();
    await createTrainer({ ...options, model: create() }).fit(dataset, { steps: 15, checkpoints: { store, every: {} } });
    const again = createTrainer({ ...options, model: create() });
    await again.resume(store);
    await again.fit(dataset, { steps: 30 });
    expect(predictions(again.model as OwnModel)).toEqual(predictions(through.model as OwnModel));
  });

  it('computes with other weights, and then with its own again', async () => {
    const model = create();
    const before = predictions(model);
    const zeros = new Map([...model.parameters].map(([name, value]) => [name, tf.zerosLike(value)]));
    expect(predictions(model, zeros).every((value) => value === 0)).toBe(true);
    expect(predictions(model)).toEqual(before);
    tf.dispose([...zeros.values()]);
  });

  it('refuses a file that does not fit', async () => {
    const model = create();
    const file = await model.exportParameters(model.parameters);
    const [first] = file.tensors.keys();
    const entry = file.tensors.get(first as string);
    file.tensors.delete(first as string);
    expect(() => model.importParameters(file)).toThrow(`lacks ${first}`);
    file.tensors.set(first as string, { dtype: 'F32', shape: [1], data: Float32Array.of(1) });
    if (entry) expect(() => model.importParameters(file)).toThrow(/of the file is \[1\]/);
  });
});

it('files of a layer have PyTorch’s layouts', async () => {
  const model = ofLayer();
  const { tensors } = await model.exportParameters(model.parameters);
  expect(tensors.get('conv.weight')?.shape).toEqual([2, 2, 3, 3]);
  const hwio = model.parameters.get('conv.weight')?.arraySync() as number[][][][];
  expect(tensors.get('conv.weight')?.data[1 * 18 + 0 * 9 + 2 * 3 + 1]).toBe(hwio[2]?.[1]?.[0]?.[1]);
});

it('a tf.layers model of other inputs is refused', () => {
  const layersModel = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  expect(() => trainableModel({ name: 'one', layersModel })).toThrow('has 1 inputs; it needs two');
});

import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, memoryStore, type OwnModel, trainableModel } from '../src/index';
import type { LayerModel } from '../src/parts';
import { dataset, noiseProcess, numbersOf } from './helpers';

const filter = { shape: [3, 3, 2, 2], layout: 'filter', initial: { kind: 'uniform', bound: 0.2 } } as const;
const layer: LayerModel['layer'] = {
  parameters: new Map([['conv.weight', filter]]),
  bind: (parameter) => (x) => tf.tidy(() => tf.conv2d(x, parameter('conv.weight') as tf.Tensor4D, 1, 'same')),
};

const models: Record<string, () => OwnModel> = {
  'a layer': () => trainableModel({ name: 'one convolution', layer, seed: 1 }),
  'a function with variables': () => {
    const variables = { scale: tf.variable(tf.tensor1d([0.1, 0.2])) };
    return trainableModel({
      name: 'scale',
      variables,
      predict: (x, _time, _more, { scale }) => tf.mul(x, scale),
    });
  },
  'a tf.layers model': () => {
    const [x, time] = [tf.input({ shape: [4, 4, 2] }), tf.input({ shape: [1] })];
    const ones = tf.layers.conv2d({
      name: 'conv',
      filters: 2,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer: 'ones',
    });
    const shift = tf.layers
      .reshape({ targetShape: [1, 1, 2] })
      .apply(tf.layers.dense({ name: 'shift', units: 2, kernelInitializer: 'zeros' }).apply(time));
    const shifts = tf.layers.upSampling2d({ size: [4, 4] }).apply(shift) as tf.SymbolicTensor;
    const y = tf.layers.add().apply([ones.apply(x) as tf.SymbolicTensor, shifts]) as tf.SymbolicTensor;
    return trainableModel({ name: 'layers', layersModel: tf.model({ inputs: [x, time], outputs: y }) });
  },
};

const create = (model: OwnModel) =>
  createTrainer({
    model,
    process: noiseProcess,
    seed: 1,
    batchSize: 4,
    learningRate: 0.01,
    labelDropout: 1,
    ema: { decay: 0.5, startStep: 0 },
  });

beforeAll(() => tf.setBackend('cpu'));

describe.each(Object.entries(models))('%s is a trainable model', (_, make) => {
  it('that learns, resumes bit for bit, and samples from its average', async () => {
    const whole = create(make());
    const first = numbersOf(whole).weights;
    await whole.fit(dataset(), { steps: 6 });
    expect(numbersOf(whole).weights).not.toEqual(first);

    const store = memoryStore();
    await create(make()).fit(dataset(), { steps: 3, checkpoints: { store } });
    const second = create(make());
    await second.resume(store);
    await second.fit(dataset(), { steps: 6 });
    expect(numbersOf(second)).toEqual(numbersOf(whole));

    const { model, emaParameters } = second;
    const [x, time] = [tf.ones<tf.Rank.R4>([2, 4, 4, 2]), tf.tensor1d([1, 3])];
    const before = tf.memory().numTensors;
    const [averaged, live] = [model.denoiser(emaParameters)(x, time), model.denoiser()(x, time)];
    expect(averaged.shape).toEqual([2, 4, 4, 2]);
    expect(averaged.dataSync()).not.toEqual(live.dataSync());
    averaged.dispose();
    live.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(numbersOf(second)).toEqual(numbersOf(whole));
  });

  it('that refuses weights of another', async () => {
    const model = make();
    const file = await model.exportParameters(model.parameters);
    const [name] = [...model.parameters.keys()];
    file.tensors.set(name as string, { dtype: 'F32', shape: [1], data: Float32Array.of(1) });
    expect(() => model.importParameters(file)).toThrow();
    expect(() => model.importParameters({ metadata: {}, tensors: new Map() })).toThrow('lacks');
  });
});

it('a layer has its filters in files as PyTorch does', async () => {
  const model = trainableModel({ name: 'one convolution', layer, seed: 1 });
  const file = await model.exportParameters(model.parameters);
  expect(file.tensors.get('conv.weight')?.shape).toEqual([2, 2, 3, 3]);
});

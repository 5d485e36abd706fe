import '@tensorflow/tfjs';
import { exportOnnx } from '@denoiser/onnx';
import { writeSafetensors } from '@denoiser/safetensors';
import { memoryDataset } from '@denoiser/trainer';
import { writeFileTraining } from '@denoiser/trainer/parts';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawImages, evaluate, type Images, invert, type Model, openModel, type WeightsModel } from '../index';
import { exportOnnxModel, onnxModel } from './index';

let model: WeightsModel;
let session: ort.InferenceSession;
let file: Uint8Array;
let same: Model;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const unet = createUNet({ channels: 1, baseWidth: 4, timeDim: 8, classes: 2, learnedVariance: true, seed: 1 });
  const { tensors, metadata } = await unet.exportParameters(unet.parameters);
  unet.dispose();
  const training = writeFileTraining({
    process: { type: 'cosine', steps: 20 },
    prediction: 'v',
    learnedVariance: true,
    imageShape: [8, 16, 1],
    classNames: ['cat', 'größe'],
    step: 7,
  });
  model = await openModel(writeSafetensors({ tensors, metadata: { ...metadata, ...training } }));
  file = await exportOnnxModel(model);
  session = await ort.InferenceSession.create(file);
  same = onnxModel(session, file);
});
afterAll(() => model.dispose());

const difference = (a: Images, b: Images) =>
  a.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b.data[i] as number))), 0);

describe('a model as ONNX', () => {
  test('says itself what it is', () => {
    const { network: _, dispose: __, [Symbol.dispose]: ___, description: ____, ...facts } = model;
    expect(same).toMatchObject(JSON.parse(JSON.stringify({ ...facts, process: undefined })));
    expect(same.process).toEqual(model.process);
  });

  test('draws the same, with classes and guidance, in batches', async () => {
    const options = { count: 3, classes: ['größe', 'cat'], guidance: 2, steps: 3, seed: 4, batchSize: 2 };
    expect(difference(await drawImages(same, options), await drawImages(model, options))).toBeLessThan(1e-4);
  });

  test('inverts and is evaluated as the network is', async () => {
    const picture = (await drawImages(model, { count: 1, steps: 2 })).data;
    const options = { image: picture, steps: 2, sampler: 'ddim', class: 'cat' };
    const [a, b] = [await invert(same, options), await invert(model, options)];
    expect(difference(a.noise, b.noise)).toBeLessThan(1e-4);
    const data = memoryDataset({
      images: new Float32Array(256).map((_, i) => Math.cos(i)),
      imageShape: [8, 16, 1],
      labels: [0, 1],
      classNames: model.classNames,
    });
    const loss = async (of: Model) => (await evaluate(of, { data, count: 2, steps: 2 })).validationLoss.mean.mean;
    expect(await loss(same)).toBeCloseTo(await loss(model), 4);
  });
});

describe('a file that says nothing', () => {
  const bare = () => exportOnnx(model.network, { imageShape: [8, 16, 1], labels: true });

  test('is taken as the session and the options say', async () => {
    const bytes = await bare();
    const opened = onnxModel(await ort.InferenceSession.create(bytes), bytes, {
      classNames: ['cat', 'dog'],
      process: { type: 'cosine', steps: 20 },
      prediction: 'v',
    });
    expect(opened).toMatchObject({ imageShape: [8, 16, 1], learnedVariance: true, parameterCount: 0, prediction: 'v' });
    const options = { count: 1, classes: [1], steps: 2 };
    expect(difference(await drawImages(opened, options), await drawImages(model, options))).toBeLessThan(1e-4);
    opened.dispose();
  });

  test('and whose session does not say it either needs the size of its images', async () => {
    const { inputNames, outputNames } = session;
    const mute = { inputNames, outputNames, run: session.run.bind(session) };
    expect(onnxModel(mute, file).imageShape).toEqual([8, 16, 1]);
    const bytes = await bare();
    expect(() => onnxModel(mute, bytes)).toThrow('the file does not say how large its images are; give `imageSize`.');
    expect(onnxModel(mute, bytes, { imageSize: 8 }).imageShape).toEqual([8, 8, 3]);
    expect(() => onnxModel(mute, bytes, { size: 8 } as object)).toThrow(/no option "size"/);
  });
});

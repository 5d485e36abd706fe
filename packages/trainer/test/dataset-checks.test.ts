import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createTrainer,
  datasetFrom,
  type ImageDataset,
  type LabelledImage,
  memoryDataset,
  memoryStore,
} from '../src/index';
import { dataset, model, noiseProcess } from './helpers';

/** The dataset with something wrong in one of its images. */
const flawed = (wrong: (image: LabelledImage) => LabelledImage, more: Partial<ImageDataset> = {}): ImageDataset => {
  const whole = dataset();
  return {
    ...whole,
    ...more,
    read: async (index, epochsDone) => {
      const image = await whole.read(index, epochsDone);
      return index === 3 ? wrong(image) : image;
    },
  };
};
const pixels = (value: number) => flawed((image) => ({ ...image, pixels: image.pixels.map(() => value) }));
const label = (value: number, classNames?: string[]) =>
  flawed((image) => ({ ...image, label: value }), { classNames } as Partial<ImageDataset>);

beforeAll(() => tf.setBackend('cpu'));

describe('images that no network should see', () => {
  it.each<[what: string, dataset: ImageDataset, code: string, message: string]>([
    ['pixels of bytes', pixels(128), 'dataset-pixels', 'Image 3 of the dataset has the value 128, where pixels lie in'],
    ['a pixel that is no number', pixels(Number.NaN), 'dataset-pixels', 'has the value NaN'],
    [
      'a label beyond the names',
      label(2, ['a', 'b']),
      'dataset-labels',
      'has the label 2; its 2 `classNames` end at 1.',
    ],
    ['a label beyond the network', label(7), 'dataset-labels', 'has the label 7; There is no class 7'],
    ['a label below −1', label(-2), 'dataset-labels', 'has the label -2; labels are whole numbers from 0'],
    ['half a label', label(0.5), 'dataset-labels', 'has the label 0.5'],
  ])('%s: a sentence, and no step', async (_, wrong, code, message) => {
    const tiny = {
      ...model(),
      checkLabels: ({ 0: given }: ArrayLike<number>) => {
        if ((given as number) > 2) throw new Error(`There is no class ${given}.`);
      },
    };
    const trainer = createTrainer({ model: tiny, process: noiseProcess, seed: 1, batchSize: 11 });
    await expect(trainer.fit(wrong, { steps: 1 })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    await expect(trainer.preflight(wrong)).rejects.toMatchObject({ code });
    const validation = { dataset: wrong, every: { steps: 1 } };
    await expect(trainer.fit(dataset(), { steps: 1, validation })).rejects.toMatchObject({ code });
    expect(trainer.progress.step).toBeLessThanOrEqual(1);
  });
});

describe('sizes that no memory holds', () => {
  const sized = (over: Partial<ImageDataset>): ImageDataset => ({
    ...dataset(),
    read: () => {
      throw new Error('no image is to be read');
    },
    ...over,
  });

  it.each<[what: string, over: Partial<ImageDataset>, code: string, message: string]>([
    ['no image', { length: 0 }, 'dataset-empty', 'The dataset has no images; give it at least one.'],
    ['a length that is no number', { length: Number.NaN }, 'dataset-shape', 'The dataset has the length NaN;'],
    ['half an image', { length: 0.5 }, 'dataset-shape', 'has the length 0.5;'],
    ['endless images', { length: Infinity }, 'dataset-shape', 'has the length Infinity;'],
    ['no pixels', { imageShape: [0, 4, 2] }, 'dataset-shape', 'The `imageShape` of the dataset is [0,4,2]; give'],
    ['a negative side', { imageShape: [-4, -4, 2] }, 'dataset-shape', 'is [-4,-4,2]; give height, width and channels'],
    ['no shape', { imageShape: 5 as never }, 'dataset-shape', 'is [5]; give height, width and channels'],
    ['an image as large as a disk', { imageShape: [65536, 65536, 3] }, 'dataset-shape', 'at most 268435456 values.'],
    [
      'a batch as large as a disk',
      { length: 1e6, imageShape: [1024, 1024, 3] },
      'option-invalid',
      'A batch of 1000000 images of 1024×1024×3 does not fit into memory; give a smaller `batchSize`.',
    ],
  ])('%s: a sentence at once', async (_, over, code, message) => {
    const trainer = createTrainer({ model: model(), process: noiseProcess, seed: 1, batchSize: 1e9 });
    const told = { code, message: expect.stringContaining(message) };
    await expect(trainer.fit(sized(over), { steps: 1 })).rejects.toMatchObject(told);
    await expect(trainer.preflight(sized(over))).rejects.toMatchObject(told);
    await expect(trainer.fit(dataset(), { steps: 1, validation: { dataset: sized(over) } })).rejects.toMatchObject({
      code,
    });
  });

  it('what is read ahead and how much is measured have their ranges', async () => {
    const trainer = createTrainer({ model: model(), process: noiseProcess, seed: 1, batchSize: 4 });
    const fit = (options: object) => trainer.fit(sized({}), { steps: 1, ...options });
    for (const prefetch of [-1, 0.5, 1e9]) await expect(fit({ prefetch })).rejects.toThrow('from 0 to 1000.');
    for (const images of [0, -1, 0.5]) {
      await expect(fit({ validation: { dataset: dataset(), images } })).rejects.toThrow('give a whole number from 1.');
    }
    for (const keep of [0, -1, Number.NaN]) expect(() => memoryStore({ keep })).toThrow('1 or more.');
    expect(() => memoryDataset({ images: new Float32Array(32), imageShape: [-4, -4, 2] })).toThrow('`imageShape`');
    await expect(datasetFrom([], { imageShape: [4, 4] as never })).rejects.toThrow('`imageShape`');
  });
});

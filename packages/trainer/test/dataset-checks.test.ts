import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, type ImageDataset, type LabelledImage } from '../src/index';
import { dataset, model, noiseProcess } from './helpers';

/** The dataset with something wrong in one of its images. */
const flawed = (wrong: (image: LabelledImage) => LabelledImage, more: Partial<ImageDataset> = {}): ImageDataset => {
  const whole = dataset();
  return {
    ...whole,
    ...more,
    read: async (index, epoch) => {
      const image = await whole.read(index, epoch);
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

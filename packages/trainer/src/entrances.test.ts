import { expect, it } from 'vitest';
import { datasetFrom } from './dataset-from';
import { memoryDataset } from './memory-dataset';
import { trainableModel } from './trainable-model';
import { createTrainer } from './trainer';

it('what is misspelt or missing is told in a sentence', async () => {
  const images = new Float32Array(64);
  expect(() => memoryDataset(undefined as never)).toThrow('memoryDataset takes an object of options, not undefined.');
  expect(() => memoryDataset({ images, shape: [8, 8, 1] } as never)).toThrow('did you mean `imageShape`?');
  expect(() => memoryDataset({ images: 3 } as never)).toThrow(
    '`images` of memoryDataset must be a Float32Array, not 3.',
  );
  await expect(datasetFrom([], { imageShapes: [8, 8, 1] } as never)).rejects.toThrow('did you mean `imageShape`?');
  expect(() => createTrainer(undefined as never)).toThrow('createTrainer takes an object such as `{ model }`');
  for (const source of [undefined, 3, {}, { variables: {} }]) {
    expect(() => trainableModel(source as never)).toThrow('trainableModel makes one of an object with `layer`');
  }
});

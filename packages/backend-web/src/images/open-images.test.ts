import { expect, test } from 'vitest';
import { plainPicture } from '../../test/in-node';
import { datasetOf } from './image-set';
import { openImages } from './open-images';
import { fromRgba, toRgba } from './pixels';

test('pictures become bytes with labels in the order of the class names', async () => {
  const images = [
    { name: 'a', source: plainPicture(8, [255, 0, 0]), className: 'red' },
    { name: 'b', source: plainPicture(8, [0, 0, 255]), className: 'blue' },
    { name: 'c', source: plainPicture(8, [0, 0, 0], 0) },
  ];
  const progress: number[] = [];
  const opened = await openImages({ images, size: 8 }, { onProgress: (done) => progress.push(done) });
  expect(opened.images).toMatchObject({ classNames: ['blue', 'red'], labels: [1, 0, -1], imageShape: [8, 8, 3] });
  expect(progress).toEqual([1, 2, 3]);
  const dataset = datasetOf(opened.images);
  expect(dataset).toMatchObject({ length: 3, classNames: ['blue', 'red'] });
  expect([...(await dataset.read(0, 0)).pixels.subarray(0, 3)]).toEqual([1, -1, -1]);
  expect([...(await dataset.read(2, 0)).pixels.subarray(0, 3)]).toEqual([1, 1, 1]); // transparent is white
  expect((await dataset.read(2, 0)).label).toBe(-1);
});

test('what no network or memory can hold is refused in a sentence', async () => {
  const one = { name: 'a', source: plainPicture(8, [0, 0, 0]) };
  await expect(openImages({ images: [one], size: 20 })).rejects.toMatchObject({ code: 'option-invalid' });
  await expect(openImages({ images: [], size: 8 })).rejects.toMatchObject({ code: 'dataset-empty' });
  const many = { length: 100_000, 0: one } as unknown as (typeof one)[];
  await expect(openImages({ images: many, size: 64 })).rejects.toThrow('give at most 87381');
});

test('bytes go to values and back without a change, and grey is the luma', () => {
  const rgba = Uint8ClampedArray.from({ length: 256 * 4 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
  const bytes = fromRgba(rgba, 3);
  expect([
    ...toRgba(
      Float32Array.from(bytes, (byte) => byte / 127.5 - 1),
      3,
    ),
  ]).toEqual([...rgba]);
  expect([...fromRgba([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255], 1)]).toEqual([76, 150, 29]);
  expect([...toRgba([-2, 0, 5], 1)]).toEqual([0, 0, 0, 255, 127, 127, 127, 255, 255, 255, 255, 255]);
});

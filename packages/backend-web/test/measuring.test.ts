import * as pipeline from '@denoiser/pipeline';
import { memoryDataset } from '@denoiser/trainer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluate, invert, type Model } from '../src/index';
import type { Client } from '../src/page/client';
import { closeAll, pageAndWorker, plainPicture, redAndBlue, tinyFile } from './in-node';

const facts = { process: { type: 'linear', steps: 20 }, classNames: ['blue', 'red'] } as const;
let client: Client;
let file: Uint8Array;
let model: Model;

beforeAll(async () => {
  ({ client } = pageAndWorker());
  await client.start({ device: 'engine' });
  file = await tinyFile();
  model = await client.openModel(file.slice(), facts);
});
afterAll(closeAll);

test('a picture has the noise and the reconstruction that it has without a worker', async () => {
  const image = plainPicture(8, [200, 30, 90]);
  const calls: number[] = [];
  const options = { class: 'red', steps: 5 } as const;
  const here = await invert(model, { image, ...options, onProgress: (done) => calls.push(done) });
  using local = await pipeline.openModel(file.slice(), { ...facts, classNames: [...facts.classNames] });
  const there = await pipeline.invert(local, { image, ...options });
  for (const part of ['picture', 'noise', 'reconstruction'] as const) expect(here[part].data).toEqual(there[part].data);
  expect(here.error).toBe(there.error);
  expect(here.noise.pixels).toHaveLength(4 * 64);
  expect(calls.at(-1)).toBe(10);
  await expect(invert(model, { image, class: 'green' })).rejects.toThrow('green');
});

test('pictures of a page, or a set of them, measure a model as a dataset does without a worker', async () => {
  const images = redAndBlue(6);
  const options = { count: 8, steps: 3, seed: 4 };
  const here = await evaluate(model, { images, ...options });
  const set = await client.openImages({ images, size: 8 });
  expect(await evaluate(model, { images: set, ...options })).toEqual(here);
  using local = await pipeline.openModel(file.slice(), { ...facts, classNames: [...facts.classNames] });
  const pixels = images.map(({ source }) => pipeline.fromBytes(rgbOf((source as { data: Uint8ClampedArray }).data)));
  const data = memoryDataset({
    images: Float32Array.from(pixels.flatMap((values) => [...values])),
    imageShape: [8, 8, 3],
    labels: images.map(({ className }) => (className === 'red' ? 1 : 0)),
    classNames: facts.classNames,
  });
  expect(here).toEqual(await pipeline.evaluate(local, { data, ...options }));
  await expect(evaluate(model, { images: images.slice(0, 0), ...options })).rejects.toMatchObject({
    isDenoiserError: true,
  });
});

const rgbOf = (rgba: Uint8ClampedArray): Uint8Array => Uint8Array.from(rgba.filter((_, i) => i % 4 !== 3));

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, datasetFrom, type GivenImage, horizontalFlip, memoryDataset } from '../src/index';
import { dataset, model, noiseProcess, numbersOf } from './helpers';

const imageShape = [4, 4, 2] as const;
const create = () => createTrainer({ model: model(), process: noiseProcess, seed: 1, batchSize: 4 });

beforeAll(() => tf.setBackend('cpu'));

describe('datasetFrom', () => {
  const source = dataset();
  const images = () => Promise.all(Array.from({ length: source.length }, (_, i) => source.read(i, 0)));
  async function* stream() {
    for (const image of await images()) yield image;
  }

  it('trains from an array and from a stream as from memory', async () => {
    const run = async (from: Parameters<typeof datasetFrom>[0]) => {
      const trainer = create();
      await trainer.fit(await datasetFrom(from, { imageShape, classNames: ['even', 'odd'] }), { steps: 5 });
      return numbersOf(trainer);
    };
    const plain = create();
    await plain.fit(source, { steps: 5 });
    expect(await run(await images())).toEqual(numbersOf(plain));
    expect(await run(stream())).toEqual(numbersOf(plain));
  });

  it('keeps bytes as bytes, and gives them as numbers from −1 to 1', async () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0 : i === 1 ? 255 : 51));
    const from = await datasetFrom([{ pixels: bytes }], { imageShape, maxBytes: 32 });
    const { pixels, label } = await from.read(0, 0);
    expect(label).toBe(-1);
    expect([...pixels.slice(0, 3)]).toEqual([-1, 1, Math.fround(-0.6)]);
  });

  it('stops where memory does, and at an image of another size', async () => {
    let taken = 0;
    function* endless(): Generator<GivenImage> {
      for (;;) {
        taken++;
        yield { pixels: new Float32Array(32) };
      }
    }
    await expect(datasetFrom(endless(), { imageShape, maxBytes: 1000 })).rejects.toThrow(
      'The images up to number 7 take more than 1000 bytes;',
    );
    expect(taken).toBe(8);
    const odd = [{ pixels: new Float32Array(32) }, { pixels: new Float32Array(31) }];
    await expect(datasetFrom(odd, { imageShape })).rejects.toThrow('Image 1 of the dataset has 31 values, not the 32');
  });
});

describe('horizontalFlip', () => {
  const pair = memoryDataset({ images: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), imageShape: [2, 3, 2] });

  it('mirrors every row and keeps the channels', async () => {
    const { pixels } = await horizontalFlip(pair, { seed: 1, probability: 1 }).read(0, 0);
    expect([...pixels]).toEqual([5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8]);
  });

  it('does so in half of the epochs, the same ones each time', async () => {
    const flipped = async () => {
      const images = horizontalFlip(pair, { seed: 1 });
      return Promise.all(
        Array.from({ length: 1000 }, async (_, epoch) => (await images.read(0, epoch)).pixels[0] === 5),
      );
    };
    const first = await flipped();
    expect(await flipped()).toEqual(first);
    // Binomial: mean 500, standard deviation 16; five of them.
    expect(Math.abs(first.filter(Boolean).length - 500)).toBeLessThan(80);
  });
});

describe('the share of time spent waiting', () => {
  it('is what the clock says was spent on images that were not there', async () => {
    let clock = 0;
    const slow = {
      ...dataset(4),
      read: async () => {
        clock += 30; // 4 images a batch, one batch at a time: 120
        return { pixels: new Float32Array(32), label: 0 };
      },
    };
    const listening = model();
    const network: Parameters<typeof createTrainer>[0]['model'] = {
      ...listening,
      denoiser: () => (x, t, conditioning) => {
        clock += 360;
        return listening.denoiser()(x, t, conditioning);
      },
    };
    const trainer = createTrainer({ model: network, process: noiseProcess, seed: 1, batchSize: 4 });
    const { losses } = await trainer.fit(slow, { steps: 3, prefetch: 0, clock: () => clock });
    for (const { waitingShare } of losses) expect(waitingShare).toBe(0.25);
    const quick = await create().fit(dataset(), { steps: 2, clock: () => 0 });
    expect(quick.losses.map(({ waitingShare }) => waitingShare)).toEqual([0, 0]);
  });
});

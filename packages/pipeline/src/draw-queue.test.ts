import { writeSafetensors } from '@denoiser/safetensors';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDrawQueue, type DrawOptions, drawImages, type Model, openModel } from './index';

let model: Model;
/** Sizes of the batches that the network was called with. */
let batches: number[] = [];

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const network = createUNet({ channels: 1, baseWidth: 4, timeDim: 8, classes: 3, imageSize: 8, seed: 1 });
  const file = await network.exportParameters(network.parameters);
  network.dispose();
  const opened = await openModel(writeSafetensors(file), { imageSize: 8, process: { type: 'cosine', steps: 20 } });
  const denoiser = opened.network.denoiser();
  model = {
    ...opened,
    network: {
      ...opened.network,
      denoiser: () => (x, time, conditioning) => {
        batches.push(x.shape[0]);
        return denoiser(x, time, conditioning);
      },
    },
  };
});
afterAll(() => model.dispose());

/** The batches of what `action` draws. */
async function batchesOf(action: () => Promise<unknown>): Promise<number[]> {
  batches = [];
  await action();
  return batches;
}

const close = (a: Float32Array, b: Float32Array): void => {
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i] as number, 5);
  });
};

const WAY = { sampler: 'ddpm', steps: 3, guidance: 1 } as const;

describe('a queue', () => {
  it('draws requests of one plan together, each as it is drawn alone', async () => {
    const picture = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const mask = Float32Array.from({ length: 64 }, (_, i) => (i < 20 ? 0 : 1));
    const together: DrawOptions[][] = [
      [
        { seed: 5, count: 2, classes: [1] },
        { seed: 9, count: 3, classes: [0, 2] },
        { seed: 5, indices: [7] },
      ],
      [
        { seed: 1, count: 1, image: picture, strength: 0.7 },
        { seed: 2, count: 2, image: picture.map((value) => -value), strength: 0.7 },
      ],
      [
        { seed: 1, count: 1, inpaint: { image: picture, mask } },
        { seed: 2, count: 1, inpaint: { image: picture.toReversed(), mask: mask.toReversed() } },
      ],
    ];
    for (const requests of together) {
      const queue = createDrawQueue(model);
      const sizes = await batchesOf(async () => {
        const drawn = await Promise.all(requests.map((request) => queue.draw({ ...WAY, ...request })));
        const count = drawn.reduce((sum, images) => sum + images.count, 0);
        expect(batches).toEqual(batches.map(() => count));
        for (const [i, images] of drawn.entries()) {
          const alone = await drawImages(model, { ...WAY, ...requests[i] });
          close(images.data, alone.data);
          expect([images.labels, images.columns]).toEqual([alone.labels, alone.columns]);
        }
      });
      expect(sizes.length).toBeGreaterThan(0);
      expect(queue.pending).toBe(0);
    }
  });

  it('serves in the order of arrival, batches no larger than asked, and others of the plan with the first', async () => {
    const queue = createDrawQueue(model, { batchSize: 4 });
    const ended: string[] = [];
    const ask = (name: string, options: DrawOptions) =>
      queue.draw({ ...WAY, ...options }).then(() => void ended.push(name));
    const sizes = await batchesOf(() =>
      Promise.all([
        ask('a', { count: 3 }),
        ask('other plan', { count: 1, steps: 2 }),
        ask('b', { count: 2 }),
        ask('c', { count: 6 }),
      ]),
    );
    expect(ended).toEqual(['a', 'other plan', 'b', 'c']);
    // a and one of b; the other plan; the rest of b and three of c; the rest of c
    expect(sizes).toEqual([4, 4, 4, 1, 1, 4, 4, 4, 3, 3, 3]);
  });

  it('lets go of a request whose signal is aborted, waiting or being drawn, and the others have their images', async () => {
    const queue = createDrawQueue(model, { batchSize: 2 });
    const [first, waiting, dropped] = [new AbortController(), new AbortController(), new AbortController()];
    const reason = new Error('gone');
    dropped.abort(reason);
    await expect(queue.draw({ signal: dropped.signal })).rejects.toBe(reason);
    const seen: number[] = [];
    const gone = [
      queue.draw({
        ...WAY,
        count: 1,
        signal: first.signal,
        onProgress(done) {
          seen.push(done);
          first.abort(reason);
          waiting.abort(reason);
        },
      }),
      queue.draw({ ...WAY, count: 1, steps: 2, signal: waiting.signal }),
    ];
    const stays = queue.draw({ ...WAY, seed: 4, count: 1 });
    for (const drawing of gone) await expect(drawing).rejects.toBe(reason);
    expect(seen).toEqual([1]);
    expect(queue.pending).toBe(1);
    close((await stays).data, (await drawImages(model, { ...WAY, seed: 4, count: 1 })).data);
  });

  it('ends a batch that nobody waits for', async () => {
    const queue = createDrawQueue(model);
    const controller = new AbortController();
    const sizes = await batchesOf(async () => {
      const drawing = queue.draw({
        ...WAY,
        steps: 20,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await expect(drawing).rejects.toThrow();
      await queue.draw({ ...WAY, count: 1, steps: 1 });
    });
    expect(sizes).toEqual([3, 1]);
  });

  it('fails a request alone: wrong options, a callback that throws, images that are not finite', async () => {
    const queue = createDrawQueue(model);
    const poisoned = Float32Array.from({ length: 64 }, () => Number.NaN);
    const way = { ...WAY, strength: 0.7, count: 1 };
    const picture = new Float32Array(64);
    const results = await Promise.allSettled([
      queue.draw({ ...way, image: picture }),
      queue.draw({ ...way, image: poisoned }),
      queue.draw({ ...way, image: picture, onProgress: () => expect.unreachable('broken') }),
      queue.draw({ stpes: 3 } as DrawOptions),
      queue.draw({ batchSize: 3 } as DrawOptions),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', ...Array(4).fill('rejected')]);
    const messages = results.map((result) => (result.status === 'rejected' ? String(result.reason.message) : ''));
    expect(messages[1]).toContain('not finite at step 1');
    expect(messages[2]).toContain('broken');
    expect(messages[3]).toContain('did you mean `steps`?');
    expect(messages[4]).toContain("`batchSize` is the queue's");
  });

  it('tells each request of its own progress', async () => {
    const queue = createDrawQueue(model);
    const told: string[] = [];
    await Promise.all(
      [2, 1].map((count) =>
        queue.draw({
          ...WAY,
          count,
          onBegin: (drawing) => told.push(`${count}: ${drawing.count} in ${drawing.steps}`),
          onProgress: (done, total) => told.push(`${count}: ${done}/${total}`),
        }),
      ),
    );
    expect(told).toEqual(['2: 2 in 3', '1: 1 in 3', '2: 2/6', '1: 1/3', '2: 4/6', '1: 2/3', '2: 6/6', '1: 3/3']);
  });

  it('leaves no tensor behind, whatever 200 requests come to', async () => {
    const before = tf.memory().numTensors;
    const queue = createDrawQueue(model);
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => {
        const controller = new AbortController();
        const isLeft = i % 5 === 0;
        return queue.draw({
          sampler: 'ddim',
          steps: 2 + (i % 2),
          guidance: 1,
          seed: i,
          count: 1,
          signal: controller.signal,
          ...(isLeft && { onProgress: () => controller.abort() }),
        });
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(160);
    expect(tf.memory().numTensors).toBe(before);
    expect(queue.pending).toBe(0);
  });
});

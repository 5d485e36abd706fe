import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Model } from '@denoiser/pipeline';
import type { Endpoint } from '@denoiser/pipeline/remote';
import { writeSafetensors } from '@denoiser/safetensors';
import { memoryStore } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { selectDevice } from '../device/select-device';
import { drawImages, interpolate } from '../model/draw';
import { openModel } from '../model/open-model';
import type { ModelSource } from '../model/resolve-source';
import { type ConnectOptions, connectModel, type WorkerModel } from './connect-model';
import { serveModel } from './serve-model';

const FACTS = { imageSize: 8, process: { type: 'cosine', steps: 20 } } as const;
const WAY = { sampler: 'ddim', steps: 3, guidance: 1 } as const;

let folder: string;
let path: string;
let bytes: Uint8Array;
/** The same model in this thread. */
let here: Model;

beforeAll(async () => {
  await selectDevice({ device: 'cpu' });
  folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
  path = join(folder, 'net.safetensors');
  const network = createUNet({ channels: 1, baseWidth: 4, timeDim: 8, classes: 2, imageSize: 8, seed: 1 });
  bytes = writeSafetensors(await network.exportParameters(network.parameters));
  network.dispose();
  await writeFile(path, bytes);
  here = await openModel(path, FACTS);
});
afterAll(async () => {
  here.dispose();
  await rm(folder, { recursive: true });
});

/** What the thread was told, and how it dies. */
let busy: boolean[];
let ends: number;
let die: (reason: string) => void;
const ports: { close(): void }[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Both halves in this thread, over a real channel. */
async function connect(source: ModelSource = path, options: ConnectOptions = {}): Promise<WorkerModel> {
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) port.start();
  ports.push(port1, port2);
  serveModel(port2 as unknown as Endpoint);
  busy = [];
  ends = 0;
  const thread = {
    setBusy: (isBusy: boolean) => void busy.push(isBusy),
    onDeath(tell: (reason: string) => void) {
      die = tell;
    },
    end: () => void ends++,
  };
  return connectModel(port1 as unknown as Endpoint, thread, source, { device: 'cpu', ...FACTS, ...options });
}

describe('a model in a thread of its own', () => {
  let model: WorkerModel;
  beforeEach(async () => {
    model = await connect();
  });
  afterEach(() => model.dispose());

  it('refuses what would end this process, or its thread, before anything is asked of it', async () => {
    const wrong: [options: object, sentence: string][] = [
      [{ count: 1e12 }, 'and this machine has'],
      [{ signal: 3 }, '`signal` must be an AbortSignal, not 3.'],
      [{ onProgress: 'x' }, '`onProgress` must be a function, not "x".'],
    ];
    for (const [options, sentence] of wrong) await expect(drawImages(model, options)).rejects.toThrow(sentence);
    expect(model.pending).toBe(0);
    const here = model as unknown as Model;
    await expect(interpolate(here, { from: 1, to: 2 })).rejects.toThrow('not an object without a `network`');
  });

  it('is known here as it is there', () => {
    const { architecture, parameterCount, imageShape, classNames, process, prediction } = here;
    expect(model).toMatchObject({ architecture, parameterCount, imageShape, classNames, process, prediction });
    expect(model.device).toMatchObject({ name: 'cpu' });
    expect([model.pending, busy.at(-1)]).toEqual([0, false]);
  });

  it('draws the images that it draws here, of one seed each, whoever asks beside', async () => {
    const requests = [{ seed: 3 }, { seed: 4, classes: [1], count: 3 }, { seed: 3, steps: 2 }];
    const drawn = await Promise.all(requests.map((request) => drawImages(model, { ...WAY, ...request })));
    for (const [i, images] of drawn.entries()) {
      const alone = await drawImages(here, { ...WAY, ...requests[i] });
      expect([images.count, images.columns, images.labels]).toEqual([alone.count, alone.columns, alone.labels]);
      images.data.forEach((value, j) => {
        expect(value).toBeCloseTo(alone.data[j] as number, 5);
      });
      expect(images.bytes()).toHaveLength(images.count * 64);
    }
    expect([model.pending, busy.at(-1)]).toEqual([0, false]);
  });

  it('tells how far it is, to the loop and to the callbacks', async () => {
    const told: unknown[] = [];
    const drawing = drawImages(model, {
      ...WAY,
      count: 2,
      onBegin: ({ count, steps }) => told.push(['begin', count, steps]),
      onProgress: (done, total) => told.push([done, total]),
    });
    const seen: unknown[] = [];
    for await (const { done, total } of drawing) seen.push([done, total]);
    expect(told).toEqual([['begin', 2, 3], ...seen]);
    expect(seen[0]).toEqual([2, 6]);
    expect((await drawing).count).toBe(2);
  });

  it('begins with the picture of a file', async () => {
    const picture = join(folder, 'grey.png');
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#336699' } })
      .png()
      .toFile(picture);
    const options = { ...WAY, image: picture, strength: 0.7, count: 1 };
    const [there, alone] = [await drawImages(model, options), await drawImages(here, options)];
    expect(there.bytes()).toEqual(alone.bytes());
  });

  it('is left by its signal or its loop, and draws on for others', async () => {
    const controller = new AbortController();
    const reason = new Error('gone');
    const left = drawImages(model, {
      ...WAY,
      steps: 20,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(left).rejects.toBe(reason);
    for await (const _ of drawImages(model, { ...WAY, steps: 20 })) break;
    expect(model.pending).toBe(0);
    expect((await drawImages(model, { ...WAY, count: 1 })).count).toBe(1);
  });

  it('brings what is wrong with a request back as it is said here', async () => {
    const wrong = { stpes: 3 } as object;
    const message = await drawImages(here, wrong).catch((error: Error) => error.message);
    await expect(drawImages(model, wrong)).rejects.toMatchObject({ code: 'option-invalid', message });
    await expect(drawImages(model, { noise: () => {} } as object)).rejects.toThrow('choose by `seed` and `indices`');
    await expect(drawImages(model, { batchSize: 2 } as object)).rejects.toThrow("`batchSize` is the queue's");
  });

  it('fails all that is open when its thread dies, and ends with dispose', async () => {
    const open = drawImages(model, { ...WAY, steps: 20 }).catch((error) => error);
    await new Promise((resolve) => setTimeout(resolve, 5));
    die('exit code 9');
    expect(await open).toMatchObject({ code: 'worker-ended' });
    await expect(drawImages(model)).rejects.toThrow("The model's thread ended (exit code 9); open the model anew.");
    model.dispose();
    expect(ends).toBe(1);
  });
});

it('takes no more requests than its capacity, and takes them again afterwards', async () => {
  const model = await connect(path, { capacity: 3 });
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, (_, seed) => drawImages(model, { ...WAY, seed, count: 1 })),
  );
  expect(results.map(({ status }) => status)).toEqual([...Array(3).fill('fulfilled'), ...Array(2).fill('rejected')]);
  expect(results[4]).toMatchObject({ reason: { code: 'queue-full' } });
  expect((await drawImages(model, { ...WAY, count: 1 })).count).toBe(1);
  model.dispose();
  await expect(drawImages(model)).rejects.toMatchObject({ code: 'model-disposed' });
});

it('is opened from a path, an address of a file or bytes, which stay', async () => {
  for (const source of [path, pathToFileURL(path), bytes]) (await connect(source)).dispose();
  expect(bytes.byteLength).toBeGreaterThan(1000);
});

it('ends its thread where it does not open', async () => {
  const nowhere = join(folder, 'none');
  await expect(connect(nowhere)).rejects.toMatchObject({ code: 'model-missing' });
  await expect(connect(memoryStore())).rejects.toThrow('give `source` as a path, an address or bytes');
  await expect(connect(path, { capacity: 0 })).rejects.toThrow('`capacity` must be at least 1');
  await expect(connect(path, { batchSize: 0 })).rejects.toThrow('`batchSize` must be a whole number of at least 1');
  await expect(connect(path, { device: 'abacus' })).rejects.toMatchObject({ code: 'device-unknown' });
  expect([ends, busy.at(-1)]).toEqual([1, false]);
});

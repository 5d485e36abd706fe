import { networks, toBytes } from '@denoiser/pipeline';
import { readSafetensors, writeSafetensors } from '@denoiser/safetensors';
import { createPlan, ddim, ddpm, philoxNoise, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { createUNet, createUNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { torchFileOf } from '../../pytorch/test/torch-file';
import { type DrawingStep, type DrawOptions, drawImages, interpolate, type Model, modelFromFiles } from '../src/index';
import type { Client } from '../src/page/client';
import { closeAll, pageAndWorker, plainPicture, tinyFile } from './in-node';

const schedule = createSchedule({ type: 'linear', steps: 1000 });
const plan = createPlan({ process: schedule, solver: ddim(), steps: 4, threshold: true });
let client: Client;
let file: Uint8Array;
let model: Model;

beforeAll(async () => {
  ({ client } = pageAndWorker());
  await client.start({ device: 'engine' });
  file = await tinyFile();
  model = await client.openModel(file.slice());
});
afterAll(closeAll);

async function all(options: DrawOptions, from = model): Promise<DrawingStep[]> {
  const steps: DrawingStep[] = [];
  for await (const step of drawImages(from, options)) steps.push(step);
  return steps;
}

test('a file says what can be drawn from it; what it leaves open is the original program’s, or the page’s word', async () => {
  expect(model).toMatchObject({
    architecture: { config: { baseWidth: 4, classes: 2 } },
    imageShape: [8, 8, 3],
    classNames: ['0', '1'],
    process: { type: 'linear', steps: 1000 },
    prediction: 'epsilon',
    learnedVariance: false,
  });
  const cosine = { type: 'cosine', steps: 50 } as const;
  const facts = { process: cosine, classNames: ['cat', 'dog'], imageSize: 16 };
  const other = await client.openModel(new Blob([file as Uint8Array<ArrayBuffer>]), facts);
  expect(other).toMatchObject({ process: cosine, classNames: ['cat', 'dog'], imageShape: [16, 16, 3] });
  await expect(client.openModel(file.slice(), { classNames: ['cat'] })).rejects.toMatchObject({
    code: 'option-invalid',
  });
  await expect(client.openModel(file.slice(), { classnames: [] } as never)).rejects.toThrow(
    'did you mean `classNames`',
  );
  await expect(client.openModel(file.slice(), { precision: 'f16' })).rejects.toMatchObject({
    code: 'precision-unsupported', // here is no WebGPU
  });
  await expect(client.openModel(new Uint8Array(40))).rejects.toMatchObject({ isDenoiserError: true });
  await expect(client.openModel({} as never)).rejects.toMatchObject({ code: 'model-unknown' });
  // Whatever was refused, what is open stays.
  expect((await all({ plan, classes: ['cat'] }, other))[0]?.imageShape).toEqual([16, 16, 3]);
  other.dispose();
  await expect(all({ plan }, other)).rejects.toMatchObject({ code: 'model-closed' });
  expect((await all({ plan }))[0]?.imageShape).toEqual([8, 8, 3]);
});

test('files of PyTorch and folders of diffusers open, too, as they are chosen or dropped', async () => {
  const { client: page } = pageAndWorker({ networks });
  const fileOf = (name: string, content: Uint8Array | string, webkitRelativePath = '') =>
    Object.assign(new File([content as Uint8Array<ArrayBuffer>], name), { webkitRelativePath });
  const pt = fileOf('ckpt.pt', torchFileOf({ ema: readSafetensors(file).tensors }));
  const opened = await page.openModel(modelFromFiles([pt]), { imageSize: 8 });
  expect(opened).toMatchObject({ description: 'ckpt.pt, averaged weights at "ema"', imageShape: [8, 8, 3] });
  const [a, b] = [await drawImages(opened, { plan, classes: [0] }), await drawImages(model, { plan, classes: [0] })];
  expect(a.data).toEqual(b.data);

  const config = { sample_size: 8, block_out_channels: [8, 8], norm_num_groups: 4, layers_per_block: 1 } as const;
  const blocks = {
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
  } as const;
  const network = createUNet2D({ ...config, ...blocks });
  const weights = writeSafetensors(await network.exportParameters(network.parameters));
  network.dispose();
  const scheduler = { _class_name: 'DDIMScheduler', num_train_timesteps: 50 };
  const files = [
    fileOf('config.json', JSON.stringify({ ...config, ...blocks }), 'ddpm-mine/unet/config.json'),
    fileOf('diffusion_pytorch_model.safetensors', weights, 'ddpm-mine/unet/diffusion_pytorch_model.safetensors'),
    fileOf('scheduler_config.json', JSON.stringify(scheduler), 'ddpm-mine/scheduler/scheduler_config.json'),
  ];
  const folder = await page.openModel(modelFromFiles(files));
  const expected = { architecture: { name: 'unet2d' }, process: { steps: 50 }, sampler: { sampler: 'ddim' } };
  expect(folder).toMatchObject(expected);
  expect((await drawImages(folder, { count: 1, steps: 2 })).imageShape).toEqual([8, 8, 3]);
  const three = files.map((of) => Object.assign(of, { webkitRelativePath: '' }));
  expect(await page.openModel(modelFromFiles(three))).toMatchObject(expected);
  await expect(page.openModel(modelFromFiles(three.slice(1)))).rejects.toThrow('config.json is missing in the folder');
});

test('every step comes with its pixels, the same images that the sampler gives without a worker', async () => {
  const steps = await all({ plan, classes: [0, 1], seed: 5, guidance: { scale: 2 }, send: { values: ['x'] } });
  expect(steps.map(({ index, steps, count }) => [index, steps, count])).toEqual([0, 1, 2, 3].map((i) => [i, 4, 2]));

  const network = createUNet({ baseWidth: 4, timeDim: 8, classes: 2, seed: 3 });
  const labels = tf.tensor1d([0, 1], 'int32');
  const images = await sampleImages({
    denoiser: network.denoiser(),
    plan,
    shape: [2, 8, 8, 3],
    noise: philoxNoise(5),
    conditioning: { labels },
    guidance: { scale: 2 },
  });
  const expected = images.dataSync();
  const last = steps.at(-1) as DrawingStep;
  expect([...(last.values.x as Float32Array)]).toEqual([...expected]);
  const rgb = toBytes(expected); // as the files of the command have them
  const rgba = Array.from({ length: 2 * 8 * 8 }, (_, i) => [...rgb.subarray(3 * i, 3 * i + 3), 255]).flat();
  expect([...(last.pixels.x as Uint8ClampedArray)]).toEqual(rgba);
  tf.dispose([images, labels]);
  network.dispose();
});

test('a drawing that is awaited gives the images, with progress on the way; one that was gone through gives them, too', async () => {
  const request = { sampler: 'ddim', steps: 4, count: 3, batchSize: 2, classes: ['1'], seed: 5 };
  const progress: number[][] = [];
  const images = await drawImages(model, { ...request, onProgress: (...now) => void progress.push(now) });
  expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]));
  expect(images).toMatchObject({ count: 3, imageShape: [8, 8, 3], labels: [1, 1, 1], columns: 2 });
  expect(images.pixels).toHaveLength(3 * 8 * 8 * 4);
  expect(images.image(2)).toHaveLength(8 * 8 * 3);
  const drawing = drawImages(model, request);
  const places: number[][] = [];
  for await (const { first, count, images, columns } of drawing) places.push([first, count, images, columns]);
  expect(new Set(places.map(String))).toEqual(new Set(['0,2,3,2', '2,1,3,2']));
  expect((await drawing).data).toEqual(images.data);
  expect(() => drawing[Symbol.asyncIterator]()).toThrow('gone through once');
});

test('what is not asked for is not sent', async () => {
  const steps = await all({ plan, count: 1, send: { pixels: ['x0'], every: 3 } });
  expect(steps.map(({ pixels }) => Object.keys(pixels))).toEqual([[], [], ['x0'], ['x0']]);
  expect(steps.every(({ values }) => Object.keys(values).length === 0)).toBe(true);
});

test('leaving the loop and aborting end the work and leave no tensor behind', async () => {
  await all({ plan, count: 1 });
  const before = tf.memory().numTensors;
  const left = drawImages(model, { plan, count: 2 });
  for await (const { index } of left) if (index === 1) break;
  await expect(left).rejects.toMatchObject({ code: 'drawing-left' });
  const controller = new AbortController();
  const aborted = async () => {
    for await (const { index } of drawImages(model, { plan, count: 2, signal: controller.signal })) {
      if (index === 0) controller.abort(new Error('enough'));
    }
  };
  await expect(aborted()).rejects.toThrow('enough');
  await expect(all({ plan, signal: controller.signal })).rejects.toThrow('enough');
  await all({ plan, count: 1 }); // the worker is through with the others
  expect(tf.memory().numTensors).toBe(before);
});

describe('control', () => {
  const values = async (options: DrawOptions) =>
    (await drawImages(model, { plan, count: 1, classes: [], ...options })).data;

  test('inpainting keeps the picture where the mask is 0', async () => {
    const image = plainPicture(8, [255, 0, 128]);
    const mask = new Uint8Array(64).fill(255, 0, 32);
    const x = await values({ count: 2, inpaint: { image, mask } });
    for (const b of [0, 1]) {
      const kept = x.subarray(b * 192 + 96, (b + 1) * 192);
      for (let i = 0; i < kept.length; i += 3)
        expect([...kept.subarray(i, i + 3)].map((v) => v * 127.5 + 127.5)).toEqual([
          expect.closeTo(255, 2),
          expect.closeTo(0, 2),
          expect.closeTo(128, 2),
        ]);
    }
    await expect(values({ inpaint: { image, mask: new Uint8Array(9) } })).rejects.toMatchObject({
      code: 'picture-size',
    });
  });

  test('between two seeds: the ends are the seeds’ own images', async () => {
    const { data: x } = await interpolate(model, { plan, from: 1, to: 2, count: 3, classes: [] });
    const [one, two] = [await values({ seed: 1 }), await values({ seed: 2 })];
    const close = (a: Float32Array, b: Float32Array) => a.every((v, i) => Math.abs(v - (b[i] as number)) < 1e-4);
    expect(close(x.subarray(0, 192), one)).toBe(true);
    expect(close(x.subarray(384), two)).toBe(true);
    expect(close(x.subarray(192, 384), one)).toBe(false);
  });

  test('image-to-image begins with the picture', async () => {
    const short = createPlan({ process: schedule, solver: ddpm(), steps: 100, strength: 0.02, threshold: true });
    const x = await values({ plan: short, image: plainPicture(8, [255, 255, 255]) });
    expect(x.reduce((sum, v) => sum + v, 0) / x.length).toBeGreaterThan(0.8);
  });

  test('a request that does not fit is an error in one sentence', async () => {
    await expect(values({ classes: [7] })).rejects.toMatchObject({ isDenoiserError: true, code: 'option-invalid' });
    await expect(values({ count: 2, indices: [1] })).rejects.toMatchObject({ code: 'option-invalid' });
    await expect(values({ count: 0 })).rejects.toMatchObject({ code: 'option-invalid' });
    await expect(values({ count: 15_000_000 })).rejects.toThrow('take 11 GiB, and a page on this machine has 8'); // 8×8×3
    const rows = { plan, from: 1, to: 2, count: 8_000_000 };
    await expect(interpolate(model, rows)).rejects.toThrow('`count` 16000000 images'); // of two classes
    await expect(values({ image: 5 as never })).rejects.toMatchObject({ code: 'picture-unknown' });
  });

  test('misspelt options are errors that name the right one', async () => {
    await expect(values({ plan: undefined, step: 4 } as never)).rejects.toThrow('did you mean `steps`');
    await expect(values({ plan: undefined, sampler: 'dppm' })).rejects.toThrow('did you mean ddpm');
    await expect(values({ onProgres: () => {} } as never)).rejects.toMatchObject({ code: 'option-invalid' });
  });
});

test('a model that is disposed while it draws ends the drawing with a code, and is freed after it', async () => {
  const before = tf.memory().numTensors;
  const other = await client.openModel(file.slice());
  const request = { plan, count: 2, batchSize: 1 };
  const drawings = [drawImages(other, request), drawImages(other, request)];
  for (const drawing of drawings) drawing.catch(() => {});
  const watched = async () => {
    for await (const { done } of drawImages(other, request)) if (done === 2) other.dispose();
  };
  await expect(watched()).rejects.toMatchObject({
    code: 'request-aborted',
    message: 'The model was closed while something was drawn from it.',
  });
  for (const drawing of drawings) await expect(drawing).rejects.toMatchObject({ code: 'request-aborted' });
  expect((await drawImages(model, request)).count).toBe(2); // another model does not notice
  expect(tf.memory().numTensors).toBe(before);
});

test('a device is chosen by the first request that needs one', async () => {
  const fresh = pageAndWorker().client;
  const [opened, device] = await Promise.all([fresh.openModel(file.slice()), fresh.start()]);
  expect(device.name).toBe('engine');
  expect((await drawImages(opened, { plan, count: 1 })).count).toBe(1);
  await expect(fresh.start({ device: 'cpu' })).rejects.toMatchObject({ code: 'device-chosen' });
  await expect(drawImages({ ...opened }, { plan })).rejects.toMatchObject({ code: 'model-unknown' });
  fresh.close();
  await expect(fresh.runs()).rejects.toMatchObject({ code: 'worker-closed' });
});

import { describeValue } from '@denoiser/errors';
import {
  convertTensor,
  memorySource,
  openShards,
  readSafetensors,
  type TensorEntry,
  writeSafetensors,
} from '@denoiser/safetensors';
import { createTrainer, memoryDataset, memoryStore } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { torchFileOf } from '../../pytorch/test/torch-file';
import {
  type DrawStep,
  drawImages,
  evaluate,
  interpolate,
  invert,
  type Model,
  openModel,
  trajectory,
  type WeightsModel,
  withModelFile,
  writeDrawingDefaults,
} from './index';

const imageShape = [8, 8, 1] as const;
const classNames = ['cat', 'dog', '7'];
const store = memoryStore();
let model: WeightsModel;

/** Grey surfaces, one after the other. */
const greys = (count: number) => Float32Array.from({ length: 64 * count }, (_, i) => Math.floor(i / 64) / 3 - 1);

/** A network of three classes after two steps of training, in a checkpoint. */
beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const network = createUNet({ channels: 1, baseWidth: 4, timeDim: 8, classes: 3, imageSize: 8, seed: 1 });
  const images = greys(6);
  const dataset = memoryDataset({ images, labels: [0, 1, 2, 0, 1, 2], imageShape, classNames });
  const trainer = createTrainer({ model: network, process: { type: 'cosine', steps: 20 }, batchSize: 3, seed: 0 });
  await trainer.fit(dataset, { steps: 2, checkpoints: { store } });
  trainer.dispose();
  network.dispose();
  model = await openModel(store);
});
afterAll(() => model.dispose());

const bytesOf = (weights: 'ema' | 'model' = 'ema') => store.read(2, `${weights}.safetensors`);

describe('openModel', () => {
  it('opens a run and knows how it was trained', () => {
    expect(model).toMatchObject({ imageShape, classNames, step: 2, prediction: 'epsilon', learnedVariance: false });
    expect(model.process).toMatchObject({ kind: 'discrete', steps: 20 });
    expect(model.parameterCount).toBeGreaterThan(1000);
  });

  it('opens a file of the run: it draws the same', async () => {
    using file = await openModel(await bytesOf());
    const [a, b] = [await drawImages(file, { steps: 3 }), await drawImages(model, { steps: 3 })];
    expect(a.data).toEqual(b.data);
    expect(file.classNames).toEqual(classNames);
  });

  it('opens a file tensor by tensor, in half precision, and one in shards, and closes them', async () => {
    const file = readSafetensors(await bytesOf());
    const half = new Map([...file.tensors].map(([name, entry]) => [name, convertTensor(entry, 'F16')]));
    const bytes = writeSafetensors({ ...file, tensors: half });
    const names = [...half.keys()];
    const shards = [names.slice(0, 7), names.slice(7)].map((part) =>
      writeSafetensors({ ...file, tensors: new Map(part.map((name) => [name, half.get(name) as TensorEntry])) }),
    );
    const weightMap = Object.fromEntries(names.map((name, i) => [name, `${i < 7 ? 0 : 1}.safetensors`]));
    const index = new TextEncoder().encode(JSON.stringify({ weight_map: weightMap }));
    let open = 0;
    const source = (of: Uint8Array) => {
      open++;
      const close = vi.fn(async () => void open--);
      return { ...memorySource(of), close: () => (close.mock.calls.length ? Promise.resolve() : close()) };
    };
    using one = await openModel(source(bytes));
    using several = await openModel(
      await openShards(source(index), async (name) => source(shards[Number(name[0])] as Uint8Array)),
    );
    await expect(openModel(source(bytes), { checkpoint: 2 })).rejects.toThrow('`checkpoint` chooses from a run');
    expect(open).toBe(0);
    const [a, b] = [await drawImages(one, { steps: 2 }), await drawImages(several, { steps: 2 })];
    expect(a.data).toEqual(b.data);
    expect(several.classNames).toEqual(classNames);
  });

  it('opens a checkpoint of PyTorch, by the average in it', async () => {
    const tensors = (bytes: Uint8Array) => readSafetensors(bytes).tensors;
    const [average, live] = [tensors(await bytesOf()), tensors(await bytesOf('model'))];
    const options = { imageSize: 8, process: { type: 'cosine', steps: 20 } } as const;
    using file = await openModel(torchFileOf({ model: live, ema: average }), options);
    expect(file.description).toBe('the file, averaged weights at "ema"');
    expect((await drawImages(file, { steps: 3 })).data).toEqual((await drawImages(model, { steps: 3 })).data);
    await expect(openModel(torchFileOf({}))).rejects.toMatchObject({ code: 'state-dict-missing' });
  });

  it('opens live weights, and says what does not fit the source', async () => {
    using live = await openModel(store, { weights: 'model' });
    expect(live.description).toBe('the checkpoints, step 2, live weights');
    await expect(openModel(store, { prediction: 'v' })).rejects.toThrow('`prediction` is for bare .safetensors files');
    await expect(openModel(await bytesOf(), { checkpoint: 2 })).rejects.toThrow('`checkpoint` chooses from a run');
    await expect(openModel(store, { checkpiont: 2 } as object)).rejects.toThrow('did you mean `checkpoint`?');
    await expect(openModel(memoryStore())).rejects.toMatchObject({ code: 'checkpoint-missing' });
    await expect(openModel(store, { weights: { length: 0.1 } })).rejects.toMatchObject({ code: 'snapshots-missing' });
    await expect(openModel(Uint8Array.of(80, 75, 3, 4))).rejects.toThrow('the file: The archive is damaged');
  });

  it('refuses weights that are not finite, by name', async () => {
    const file = await model.network.exportParameters(model.network.parameters);
    (file.tensors.get('outc.bias')?.data as Float32Array)[0] = Number.NaN;
    await expect(openModel(writeSafetensors(file))).rejects.toThrow('value 0 of outc.bias is not a finite number');
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    (await openModel(store)).dispose();
    await openModel(await bytesOf(), { classNames: ['a'] }).catch(() => {});
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a model', () => {
  it('that was disposed is named, before a drawing and within one', async () => {
    const gone = await openModel(store);
    const drawing = drawImages(gone, { steps: 3 });
    const left = async () => {
      for await (const _ of drawing) gone.dispose();
    };
    await expect(left()).rejects.toMatchObject({ code: 'model-disposed' });
    gone.dispose(); // once more does nothing
    for (const work of [
      drawImages(gone),
      interpolate(gone, { from: 1, to: 2 }),
      evaluate(gone, { data: {} as never }),
    ]) {
      await expect(work).rejects.toThrow('The model was disposed; open it anew to draw.');
    }
  });

  it('that is none is asked for, and so are its source and the options', async () => {
    const none = openModel(store) as unknown as Model;
    await expect(drawImages(none)).rejects.toThrow('needs a model, as `await openModel(…)` gives it, not the promise');
    await expect(invert('digits' as never, {} as never)).rejects.toThrow('not "digits".');
    (await none).dispose();
    await expect(drawImages(model, null as never)).rejects.toThrow('takes an object of options, not null');
    await expect(evaluate(model, undefined as never)).rejects.toThrow('takes an object of options, not undefined');
    await expect(evaluate(model, { data: 'digits' as never })).rejects.toThrow('`data` must be images, such as');
    for (const source of [3, undefined, null, {}, [1]]) {
      await expect(openModel(source as never)).rejects.toThrow(`paths and addresses, not ${describeValue(source)}.`);
    }
  });
});

describe('drawImages', () => {
  it('draws one of each class, the same whatever the batch', async () => {
    const once = await drawImages(model, { steps: 4, seed: 5 });
    expect([once.count, once.columns, once.labels]).toEqual([3, 3, [0, 1, 2]]);
    const apart = await drawImages(model, { steps: 4, seed: 5, batchSize: 2 });
    apart.data.forEach((value, i) => {
      expect(value).toBeCloseTo(once.data[i] as number, 5);
    });
    const second = await drawImages(model, { steps: 4, seed: 5, classes: ['dog'], indices: [1] });
    second.data.forEach((value, i) => {
      expect(value).toBeCloseTo(once.image(1)[i] as number, 5);
    });
  });

  it('takes classes by name or number; a name that is a number goes first', async () => {
    expect((await drawImages(model, { steps: 1, count: 5, classes: ['dog', 0] })).labels).toEqual([1, 0, 1, 0, 1]);
    expect((await drawImages(model, { steps: 1, classes: ['7'], count: 1 })).labels).toEqual([2]);
    expect((await drawImages(model, { steps: 1, classes: [], count: 2 })).labels).toBeUndefined();
    await expect(drawImages(model, { classes: ['cta'] })).rejects.toThrow(', perhaps cat.');
  });

  it('is gone through step by step, and awaited afterwards', async () => {
    const drawing = drawImages(model, { steps: 3, batchSize: 2 });
    const seen: number[][] = [];
    for await (const { done, total, index, steps, first, count, x0 } of drawing) {
      seen.push([done, total, index, steps, first, count, x0.shape[0]]);
    }
    expect(seen).toEqual([
      [1, 6, 0, 3, 0, 2, 2],
      [2, 6, 1, 3, 0, 2, 2],
      [3, 6, 2, 3, 0, 2, 2],
      [4, 6, 0, 3, 2, 1, 1],
      [5, 6, 1, 3, 2, 1, 1],
      [6, 6, 2, 3, 2, 1, 1],
    ]);
    expect((await drawing).data).toEqual((await drawImages(model, { steps: 3, batchSize: 2 })).data);
    expect(() => drawing[Symbol.asyncIterator]()).toThrow('gone through once');
  });

  it('ends when its loop is left or its signal aborted, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const drawing = drawImages(model, { steps: 5 });
    for await (const { index } of drawing) if (index === 1) break;
    await expect(drawing).rejects.toMatchObject({ code: 'drawing-left' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const aborted = drawImages(model, {
      steps: 5,
      signal: controller.signal,
      onProgress: (done) => done === 2 && controller.abort(reason),
    });
    await expect(aborted).rejects.toBe(reason);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('begins with a picture, in numbers or as a canvas has it', async () => {
    const numbers = new Float32Array(64).fill(51 / 127.5 - 1);
    const canvas = {
      width: 8,
      height: 8,
      data: new Uint8ClampedArray(256).fill(51).map((v, i) => (i % 4 === 3 ? 255 : v)),
    };
    const draw = (image: Float32Array | typeof canvas) =>
      drawImages(model, { image, steps: 10, strength: 0.2, count: 2 });
    expect((await draw(numbers)).data).toEqual((await draw(canvas)).data);
    await expect(draw(new Float32Array(3))).rejects.toThrow('`image` has 3 values');
    await expect(drawImages(model, { strength: 0.5 })).rejects.toThrow('give the picture: `image`');
  });

  it('keeps what is not filled', async () => {
    const image = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const mask = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 0 : 1));
    const { data } = await drawImages(model, { inpaint: { image, mask }, steps: 5, count: 1 });
    expect(data.slice(0, 32)).toEqual(image.slice(0, 32));
    expect(data.slice(32)).not.toEqual(image.slice(32));
  });

  it('refuses what is no option, or no use', async () => {
    const wrong: [options: object, message: string | RegExp][] = [
      [{ stpes: 3 }, 'drawImages has no option "stpes"; did you mean `steps`?'],
      [{ count: 1e12 }, '`count` 1000000000000 is more than the 67108864 images of 8×8 that one array holds'],
      [{ count: 0 }, '`count` must be a whole number of at least 1'],
      [{ guidance: -1 }, '`guidance` must be a number of at least 0'],
      [{ sampler: 'ddmp' }, /did you mean/],
      [{ indices: [1, 2], count: 3 }, '`indices` has 2 numbers for 3 images'],
    ];
    for (const [options, message] of wrong) await expect(drawImages(model, options)).rejects.toThrow(message);
    const ends = { from: 1, to: 2, classes: ['cat'] };
    await expect(interpolate(model, { ...ends, count: 1e9 })).rejects.toThrow('`count` 1000000000 is more than');
    const elsewhere = { seed: 3 } as object;
    await expect(interpolate(model, { from: 1, to: 2, ...elsewhere })).rejects.toThrow('has no option "seed"');
    await expect(invert(model, { image: new Float32Array(64), ...elsewhere })).rejects.toThrow('has no option "seed"');
  });

  it.each<[option: string, values: readonly unknown[], must: string]>([
    ['count', ['3', 5n, Number.NaN, {}], 'a whole number of at least 1'],
    ['seed', ['7', 5n, -1, null], 'a whole number of at least 0'],
    ['classes', ['cat', 3, null, new Set([1])], 'a list of names or numbers'],
    [
      'guidance',
      ['2', true, null, [2], { scale: '2' }, { scale: 2, x: 1 }, { interval: 3 }, JSON.parse('{"__proto__": 1}')],
      'a number, or an object of',
    ],
    ['indices', [[-1], [1.5], ['a'], 'a', [2 ** 32]], 'a list of whole numbers from 0 to 4294967295'],
    ['image', [3, {}, new Uint8Array(64), 'a.png'], 'a Float32Array, [H, W, C], or RGBA bytes as'],
    ['inpaint', ['a.png', null, 3], 'an object of `image` and `mask`'],
    ['sharedNoise', ['yes', 1, null], 'true or false'],
    ['noise', ['x', 3, null], 'a function that returns normals'],
    ['plan', ['x', {}, null, 3], 'a plan of `createPlan`'],
    ['signal', ['x', {}, null], 'an AbortSignal'],
    ['onBegin', ['x'], 'a function'],
    ['onProgress', ['x'], 'a function'],
  ])('refuses a `%s` of another kind, shown as what it is', async (option, values, must) => {
    for (const value of values) {
      const refused = await drawImages(model, { steps: 1, [option]: value }).then(
        () => undefined,
        (error) => error,
      );
      expect(refused).toMatchObject({ code: 'option-invalid' });
      expect(refused.message).toMatch(`\`${option}\` must be ${must}`);
      expect(refused.message).toMatch(`not ${describeValue(value)}.`);
    }
  });

  it('makes no picture of numbers that are not finite, and says at which step they came', async () => {
    const broken: Model = {
      ...model,
      network: {
        ...model.network,
        denoiser: () => (x, time) => tf.tidy(() => x.mul((time.dataSync()[0] as number) < 12 ? Number.NaN : 0)),
      },
    };
    await expect(drawImages(broken, { sampler: 'ddim', steps: 4, spacing: 'trailing', classes: [] })).rejects.toThrow(
      'not finite at step 3 of 4', // t = 19, 14, 9, 4
    );
  });
});

it('interpolate leads from one seed to another, a row for each class', async () => {
  const row = await interpolate(model, {
    from: 3,
    to: 9,
    count: 3,
    classes: ['cat', 'dog'],
    sampler: 'ddim',
    steps: 4,
  });
  expect([row.count, row.columns, row.labels]).toEqual([6, 3, [0, 0, 0, 1, 1, 1]]);
  for (const [seed, at] of [
    [3, 0],
    [9, 2],
  ] as const) {
    // biome-ignore format: pairs
    const alone = await drawImages(model, { seed, classes: ['cat'], count: 1, sampler: 'ddim', steps: 4 });
    alone.data.forEach((value, i) => {
      expect(row.image(at)[i]).toBeCloseTo(value, 5);
    });
  }
});

it('invert finds the noise that leads back to the picture', async () => {
  const image = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i) / 2);
  const { noise, reconstruction, error } = await invert(model, { image, class: 'dog', steps: 20 });
  expect([noise.count, reconstruction.count]).toEqual([1, 1]);
  const rms = Math.hypot(...reconstruction.data.map((value, i) => value - (image[i] as number))) / 8;
  expect(error).toBeCloseTo(rms, 5);
});

it('trajectory collects what the model takes each image for on the way', async () => {
  const { images, steps } = await trajectory(drawImages(model, { steps: 4, batchSize: 2 }), 2);
  expect([images.count, steps.count, steps.columns]).toEqual([3, 6, 2]);
  for (let i = 0; i < 3; i++) expect(steps.image(2 * i + 1)).toEqual(images.image(i));
  const seen: Float32Array[] = [];
  for await (const step of drawImages(model, { steps: 4, batchSize: 2 }) as AsyncIterable<DrawStep>) {
    if (step.index === 1) seen.push(step.x0.dataSync<'float32'>().slice(0, 64));
  }
  expect(steps.image(0)).toEqual(seen[0]);
});

it('evaluate measures loss, likelihood and distance of the images drawn', async () => {
  const images = greys(4);
  const data = memoryDataset({ images, labels: [0, 1, 0, 1], imageShape, classNames: ['cat', 'dog'] });
  let last = [0, 1];
  const onProgress = (done: number, total: number) => {
    last = [done, total];
  };
  const found = await evaluate(model, { data, count: 4, steps: 3, onProgress });
  expect(found).toMatchObject({ images: 4, pictures: 4, sampler: 'ddpm', steps: 3, guidance: 3, features: null });
  expect(found.bitsPerDimension.mean).toBeGreaterThan(0);
  expect(last[0]).toBe(last[1]);
  const other = memoryDataset({ images, labels: [0, 1, 0, 1], imageShape, classNames: ['cow', 'dog'] });
  await expect(evaluate(model, { data: other, count: 4 })).rejects.toThrow(
    'The class cow: the model has the classes cat, dog, 7',
  );
});

describe('a noise that images share', () => {
  const way = { classes: ['cat', 'dog'], steps: 3, sharedNoise: true } as const;
  const single = async (label: number, seed: number, options = {}) =>
    (await drawImages(model, { classes: [label], count: 1, steps: 3, seed, ...options })).data;

  it.each([
    ['from the first noise alone', { sampler: 'ddim' }],
    ['where steps add noise, too', { sampler: 'ddpm' }],
  ])('each image is that of its class from image 0 of its row’s seed, %s', async (_, sampler) => {
    const images = await drawImages(model, { ...way, ...sampler, count: 4, seed: 5, batchSize: 3 });
    const expected = [
      [0, 5],
      [1, 5],
      [0, 6],
      [1, 6],
    ] as const; // [class, seed]
    for (const [i, [label, seed]] of expected.entries()) {
      const alone = await single(label, seed, sampler);
      for (const [at, value] of images.image(i).entries()) expect(value).toBeCloseTo(alone[at] as number, 5);
    }
  });

  it('is of classes, and says itself which noise there is', async () => {
    await expect(drawImages(model, { ...way, indices: [1, 2] })).rejects.toThrow('leave out `indices`');
    await expect(drawImages(model, { ...way, classes: [] })).rejects.toThrow('`sharedNoise` is for images of classes');
  });
});

describe('how images are drawn where nothing is said', () => {
  const fileWith = async (sampling: string) => {
    const { tensors, metadata } = readSafetensors(await bytesOf());
    return writeSafetensors({ tensors, metadata: { ...metadata, 'denoiser.sampling': sampling } });
  };

  it('is what the file recommends, of which another sampler takes nothing', async () => {
    using file = await openModel(await fileWith('{"sampler":"ddim","steps":4,"guidance":1.5}'));
    expect(file).toMatchObject({ sampler: { sampler: 'ddim', steps: 4 }, guidance: 1.5 });
    const said = { sampler: 'ddim', steps: 4, guidance: 1.5, classes: ['cat'] } as const;
    const usual = await drawImages(file, { classes: ['cat'] });
    expect(usual.data).toEqual((await drawImages(model, said)).data);
    const steps: number[] = [];
    await drawImages(file, { sampler: 'ddpm', onBegin: (drawing) => steps.push(drawing.steps) });
    await drawImages(file, { steps: 7, onBegin: (drawing) => steps.push(drawing.steps) });
    expect(steps).toEqual([20, 7]);
  });

  it('goes along when the model is written to another file', async () => {
    const defaults = { sampler: { sampler: 'ddim', steps: 4 }, guidance: 1.5 };
    await withModelFile(await fileWith('{"sampler":"ddim","steps":4,"guidance":1.5}'), {}, async ({ weights }) => {
      expect(weights.metadata).toMatchObject(writeDrawingDefaults(defaults));
    });
  });

  it.each([
    ['4', 'is no object'],
    ['{', 'is not JSON'],
    ['{"guidance":-1}', 'has no valid "guidance"'],
    ['{"guidance":"2"}', 'has no valid "guidance"'],
    ['{"sampler":"magic"}', 'names no way to draw'],
    ['{"steps":1e9}', 'names no way to draw'],
    ['{"steps":4,"eta":1,"sampler":"unipc"}', 'names no way to draw'],
    ['{"strength":0.5}', 'which is of a picture'],
    ['{"program":"x"}', 'names no way to draw'],
  ])('is checked: %s %s', async (sampling, sentence) => {
    await expect(openModel(await fileWith(sampling))).rejects.toMatchObject({
      code: 'weights-damaged',
      message: expect.stringContaining(sentence),
    });
  });
});

import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CheckpointStore, createTrainer, memoryStore, type TrainerOptions } from '../src/index';
import { openCheckpoint, readCheckpoint } from '../src/parts';
import { dataset, inParts, model, noiseProcess, numbersOf } from './helpers';
import { tinyModel } from './tiny-model';

// 11 images in batches of 3: four steps an epoch, the last of two images. The average starts between the two halves.
const options = {
  process: noiseProcess,
  seed: 42,
  batchSize: 3,
  learningRate: 0.01,
  labelDropout: 0.4,
  ema: { decay: 0.9, startStep: 2 },
};
const create = (over: Partial<TrainerOptions> = {}) => createTrainer({ model: model(), ...options, ...over });

/** A store whose files can be altered after they are written. */
function alterable(store: CheckpointStore, alter: (step: number, file: string, bytes: Uint8Array) => Uint8Array) {
  return { ...store, read: async (step: number, file: string) => alter(step, file, await store.read(step, file)) };
}

async function storeWith(...steps: number[]) {
  const store = memoryStore();
  const trainer = create();
  for (const step of steps) await trainer.fit(dataset(), { steps: step, checkpoints: { store, every: { epochs: 9 } } });
  return store;
}

beforeAll(() => tf.setBackend('cpu'));

describe.each(['cpu', 'wasm'])('a run that was stopped and resumed on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    return () => tf.setBackend('cpu');
  });

  it.each([1, 3, 4, 6])("ends bit for bit like one that wasn't, stopped after step %i of 7", async (at) => {
    const whole = create();
    const { losses } = await whole.fit(dataset(), { steps: 7 });

    const store = memoryStore();
    const first = await create().fit(dataset(), { steps: at, checkpoints: { store } });
    const second = create({ model: model(99) });
    expect(await second.resume(store)).toMatchObject({ step: at });
    const rest = await second.fit(dataset(), { steps: 7 });

    const values = (records: typeof losses) => records.map(({ step, epoch, loss }) => ({ step, epoch, loss }));
    expect(values([...first.losses, ...rest.losses])).toEqual(values(losses));
    expect(numbersOf(second)).toEqual(numbersOf(whole));
  });
});

describe.each(['cpu', 'wasm'])('a run with everything that learns or draws, on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    return () => tf.setBackend('cpu');
  });
  const rich: Partial<TrainerOptions> = {
    prediction: 'v',
    weighting: { type: 'min-snr' },
    timesteps: { type: 'loss-second-moment', first: 0, history: 1, uniformShare: 0.1 },
    variance: { type: 'learned-range' },
    offsetNoise: 0.1,
    labelDropoutPer: 'sample',
    microBatchSize: 2,
    maxGradientNorm: 0.5,
    learningRateSchedule: { type: 'cosine', steps: 20, warmup: 3 },
    ema: { type: 'half-life', halfLife: 20, warmup: true },
    postHocEma: {},
  };
  const richModel = (seed: number) => tinyModel({ timesteps: 8, learnsVariance: true, seed });

  it('ends bit for bit like one that was never stopped', async () => {
    const whole = create({ ...rich, model: richModel(1) });
    const { losses } = await whole.fit(dataset(), { steps: 20 });
    const store = memoryStore();
    const first = await create({ ...rich, model: richModel(1) }).fit(dataset(), { steps: 13, checkpoints: { store } });
    const second = create({ ...rich, model: richModel(2) });
    const warnings: string[] = [];
    await second.resume(store);
    const rest = await second.fit(dataset(), { steps: 20 });
    expect(warnings).toEqual([]);
    expect(numbersOf(second)).toEqual(numbersOf(whole));
    expect(await powerEma(second)).toEqual(await powerEma(whole));
    expect([...first.losses, ...rest.losses].map(({ loss }) => loss)).toEqual(losses.map(({ loss }) => loss));
    // The history was in use by then: without it, the run would go on otherwise.
    const forgetful = create({ ...rich, model: richModel(2), onWarning: (message) => warnings.push(message) });
    const without = {
      ...store,
      read: async (step: number, file: string) => forget(file, await store.read(step, file)),
    };
    await forgetful.resume(without);
    await forgetful.fit(dataset(), { steps: 20 });
    expect(warnings).toEqual([
      'Checkpoint 13 has no timesteps.safetensors, so the losses by timestep are collected anew.',
    ]);
    expect(numbersOf(forgetful)).not.toEqual(numbersOf(whole));
  });

  it('leaves no tensor behind in 200 steps', async () => {
    const trainer = create({ ...rich, model: richModel(1) });
    await trainer.fit(dataset(), { steps: 2 });
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    const onStep = () => void counts.add(tf.memory().numTensors - before);
    await trainer.fit(dataset(), { steps: 202, callbacks: { onStep } });
    expect([...counts].every((count) => count >= 0 && count <= 1)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  /** The averages of several lengths, as the next checkpoint has them. */
  const powerEma = async (trainer: ReturnType<typeof create>) => {
    const store = memoryStore();
    await trainer.fit(dataset(), { steps: 21, checkpoints: { store } });
    return store.read(21, 'power-ema.safetensors');
  };

  /** A state that has never heard of the history. */
  const forget = (file: string, bytes: Uint8Array) => {
    if (file !== 'state.json') return bytes;
    const state = JSON.parse(new TextDecoder().decode(bytes));
    delete state.files['timesteps.safetensors'];
    return new TextEncoder().encode(JSON.stringify(state));
  };
});

describe('a resumed run', () => {
  it('depends on the seed, so the comparison above can fail', async () => {
    const [a, b] = [create(), create({ seed: 43 })];
    await a.fit(dataset(), { steps: 2 });
    await b.fit(dataset(), { steps: 2 });
    expect(numbersOf(a)).not.toEqual(numbersOf(b));
  });

  it('warns of options that changed, and goes on with the new ones', async () => {
    const warnings: string[] = [];
    const trainer = create({ learningRate: 0.02, onWarning: (message) => warnings.push(message) });
    await trainer.resume(await storeWith(3));
    expect(warnings).toEqual([
      'Since checkpoint 3, learningRate has changed from 0.01 to 0.02; training goes on with 0.02.',
    ]);
  });

  it('starts the epoch over when the dataset has another length', async () => {
    const warnings: string[] = [];
    const trainer = create({ onWarning: (message) => warnings.push(message) });
    await trainer.resume(await storeWith(6));
    const { losses } = await trainer.fit(dataset(5), { epochs: 2 });
    expect(warnings).toEqual(['The dataset had 11 images and has 5, so epoch 2 starts over; the weights are kept.']);
    expect(losses.map(({ step }) => step)).toEqual([7, 8]);
  });
});

describe('a run of three epochs whose images change after two', () => {
  const twoEpochs = async (over: Partial<TrainerOptions> = {}) => {
    const store = memoryStore();
    await create(over).fit(dataset(11), { epochs: 2, checkpoints: { store } });
    return store;
  };

  it.each([
    ['more of them', { images: 22 }, 8],
    ['fewer', { images: 4 }, 2],
    ['in other batches', { images: 11, batchSize: 11 }, 1],
  ])('has one more epoch, a whole one: %s', async (_, { images, ...over }, steps) => {
    const trainer = create(over);
    await trainer.resume(await twoEpochs());
    expect(trainer.runLength(dataset(images), { epochs: 3 })).toMatchObject({ steps: 8 + steps, epochs: 3 });
    const { status, step, epochsDone, losses } = await trainer.fit(dataset(images), { epochs: 3 });
    expect({ status, step, epochsDone }).toEqual({ status: 'finished', step: 8 + steps, epochsDone: 3 });
    expect(losses.map(({ epoch }) => epoch)).toEqual(Array(steps).fill(3));
    expect((await trainer.fit(dataset(images), { epochs: 3 })).losses).toEqual([]);
  });

  it('is over after two, whatever there would be', async () => {
    const trainer = create();
    await trainer.resume(await twoEpochs());
    expect(await trainer.fit(dataset(100), { epochs: 2 })).toMatchObject({ status: 'finished', step: 8, losses: [] });
  });

  it('starts an epoch over that was under way, and counts it whole', async () => {
    const trainer = create();
    await trainer.resume(await storeWith(6));
    expect(trainer.runLength(dataset(22), { epochs: 2 })).toMatchObject({ steps: 14, stepsLeft: 8 });
    expect(await trainer.fit(dataset(22), { epochs: 2 })).toMatchObject({
      status: 'finished',
      step: 14,
      epochsDone: 2,
    });
  });

  it('has a learning rate that falls to its end of now', async () => {
    const over = { learningRateSchedule: { type: 'cosine' } } as const;
    const trainer = create(over);
    await trainer.resume(await twoEpochs(over));
    const { losses } = await trainer.fit(dataset(22), { epochs: 3 });
    // Steps 9 to 16 of 16, the second half of half a cosine.
    const expected = Array.from({ length: 8 }, (_, i) => 0.005 * (1 + Math.cos((Math.PI * (8 + i)) / 16)));
    for (const [i, { learningRate }] of losses.entries()) expect(learningRate).toBeCloseTo(expected[i], 12);
  });
});

describe('a damaged checkpoint', () => {
  const cut =
    (file: string, ...damagedSteps: number[]) =>
    (step: number, name: string, bytes: Uint8Array) =>
      name === file && damagedSteps.includes(step) ? bytes.subarray(0, bytes.length - 1) : bytes;

  for (const file of ['model.safetensors', 'ema.safetensors', 'optimizer.safetensors']) {
    it(`is passed over for the one before, and named: ${file}`, async () => {
      const warnings: string[] = [];
      const trainer = create({ onWarning: (message) => warnings.push(message) });
      const resumed = await trainer.resume(alterable(await storeWith(3, 6), cut(file, 6)));
      expect(resumed.step).toBe(3);
      expect(warnings).toEqual([
        expect.stringMatching(
          new RegExp(
            `^${file} of checkpoint 6 has \\d+ bytes instead of \\d+, so checkpoint 3 is used instead of checkpoint 6\\.$`,
          ),
        ),
      ]);
    });
  }

  it('is an error when there is none before it', async () => {
    const store = alterable(await storeWith(3), cut('ema.safetensors', 3));
    await expect(create().resume(store)).rejects.toMatchObject({
      isDenoiserError: true,
      code: 'checkpoint-damaged',
      message: expect.stringMatching(
        /^ema\.safetensors of checkpoint 3 has .* bytes instead of .*; delete that checkpoint/,
      ),
    });
  });

  it('may lack a file, or have a state that is cut off', async () => {
    const whole = await storeWith(3);
    const without = {
      ...whole,
      read: async (step: number, file: string) => {
        if (file === 'model.safetensors') throw new Error('ENOENT: no such file.');
        return whole.read(step, file);
      },
    };
    await expect(create().resume(without)).rejects.toThrow(
      'model.safetensors of checkpoint 3 cannot be read (ENOENT: no such file);',
    );
    const halved = alterable(whole, (_, file, bytes) => (file === 'state.json' ? bytes.subarray(0, 99) : bytes));
    await expect(create().resume(halved)).rejects.toThrow('state.json of checkpoint 3 is cut off or not JSON;');
  });

  it('leaves the weights as they were', async () => {
    const trainer = create();
    const before = numbersOf(trainer);
    await expect(trainer.resume(alterable(await storeWith(3), cut('optimizer.safetensors', 3)))).rejects.toThrow();
    expect(numbersOf(trainer)).toEqual(before);
  });
});

describe('a checkpoint that does not fit', () => {
  const optionsOf = (state: Record<string, unknown>) => state.options as TrainerOptions;
  const edited = async (edit: (state: Record<string, unknown>) => void) =>
    alterable(await storeWith(3), (_, file, bytes) => {
      if (file !== 'state.json') return bytes;
      const state = JSON.parse(new TextDecoder().decode(bytes));
      edit(state);
      return new TextEncoder().encode(JSON.stringify(state));
    });

  it('of another architecture is refused, saying what differs', async () => {
    const trainer = create({ model: tinyModel({ timesteps: 8, classes: 4 }) });
    await expect(trainer.resume(await storeWith(3))).rejects.toMatchObject({
      code: 'checkpoint-architecture',
      message: expect.stringContaining('(config.classes 3 there and 4 here)'),
    });
  });

  it('of the first format version still loads: what it does not know has the value it had then', async () => {
    const store = await edited((state) => {
      const { seed, batchSize, process, learningRate, betas, epsilon, weightDecay, labelDropout } = optionsOf(state);
      const old = { seed, batchSize, schedule: process, learningRate, betas, epsilon, weightDecay, labelDropout };
      delete state.epochsDone;
      Object.assign(state, { version: 1, epoch: 0, options: { ...old, ema: { decay: 0.9, startStep: 2 } } });
    });
    const warnings: string[] = [];
    const trainer = create({ onWarning: (message) => warnings.push(message) });
    expect(await trainer.resume(store)).toMatchObject({ step: 3, state: { version: 3 } });
    expect(warnings).toEqual([]);
  });

  it('of the second format version, which called the process a schedule and the epochs done the epoch, still loads', async () => {
    const store = await edited((state) => {
      const { process, ...others } = optionsOf(state);
      delete state.epochsDone;
      Object.assign(state, { version: 2, epoch: 0, options: { ...others, schedule: process } });
    });
    const warnings: string[] = [];
    const trainer = create({ onWarning: (message) => warnings.push(message) });
    const { state } = await trainer.resume(store);
    expect(state).toMatchObject({ version: 3, epochsDone: 0, options: { process: noiseProcess } });
    expect(state.options).not.toHaveProperty('schedule');
    expect(warnings).toEqual([]);
  });

  it('of another format version is refused, saying which', async () => {
    const store = await edited((state) => {
      state.version = 4;
    });
    await expect(create().resume(store)).rejects.toMatchObject({
      code: 'checkpoint-version',
      message: expect.stringContaining('has format version 4, and this program reads versions 1 to 3'),
    });
  });

  it('is missing from an empty store, or of a step that was not kept', async () => {
    await expect(create().resume(memoryStore())).rejects.toMatchObject({ code: 'checkpoint-missing' });
    await expect(readCheckpoint(await storeWith(3, 6), { step: 4 })).rejects.toThrow(
      'no checkpoint of step 4; choose one of 3, 6.',
    );
  });
});

describe('readCheckpoint', () => {
  it('gives what a sampler needs: architecture, process, classes and the averaged parameters', async () => {
    const { state, tensors } = await readCheckpoint(await storeWith(3), { files: ['ema.safetensors'] });
    expect(state).toMatchObject({
      step: 3,
      epochsDone: 0,
      position: 9,
      architecture: { name: 'tiny', config: { classes: 3 } },
      options: { process: noiseProcess, seed: 42 },
      dataset: { length: 11, imageShape: [4, 4, 2], classNames: ['even', 'odd'] },
    });
    expect(tensors['ema.safetensors'].tensors.get('label_emb.weight')?.shape).toEqual([3, 2]);
  });
});

describe('openCheckpoint', () => {
  it('gives the tensors that are asked for, and nothing is read as a whole but the state', async () => {
    const store = await storeWith(3);
    const { tensors } = await readCheckpoint(store, { files: ['ema.safetensors'] });
    const { told, parts } = inParts(store);
    for (const from of [parts, store]) {
      const { state, weights } = await openCheckpoint(from, 'ema.safetensors');
      expect(state.step).toBe(3);
      for (const [name, entry] of tensors['ema.safetensors'].tensors) expect(await weights.read(name)).toEqual(entry);
      await weights.close();
    }
    expect([told.open, told.whole]).toEqual([0, ['state.json']]);
    expect(Math.max(...told.parts)).toBeLessThan((await store.read(3, 'ema.safetensors')).length);
  });

  it('passes over a damaged one with a warning, and leaves nothing open', async () => {
    const altered = alterable(await storeWith(3, 6), (step, file, bytes) => {
      if (step === 6 && file === 'ema.safetensors') bytes[bytes.length - 1] ^= 1;
      return bytes;
    });
    const { told, parts } = inParts(altered);
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const { state, weights } = await openCheckpoint(parts, 'ema.safetensors', { onWarning });
    expect([state.step, told.open]).toEqual([3, 1]);
    await weights.close();
    expect(warnings).toEqual([
      'ema.safetensors of checkpoint 6 was changed after it was written, so checkpoint 3 is used instead of checkpoint 6.',
    ]);
    await expect(openCheckpoint(parts, 'ema.safetensors', { step: 6 })).rejects.toMatchObject({
      code: 'checkpoint-damaged',
    });
    expect(told.open).toBe(0);
  });
});

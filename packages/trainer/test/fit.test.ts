import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createTrainer,
  type ImageDataset,
  memoryDataset,
  memoryStore,
  type StepRecord,
  type TrainerOptions,
} from '../src/index';
import { keepActivations } from '../src/parts';
import { dataset, model, noiseProcess, numbersOf } from './helpers';

const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({
    process: noiseProcess,
    seed: 1,
    batchSize: 4,
    ema: { decay: 0.9, startStep: 4 },
    ...over,
    model: over.model ?? model(),
  });

const collectGarbage = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

const mean = (records: readonly StepRecord[]) => records.reduce((sum, { loss }) => sum + loss, 0) / records.length;

beforeAll(() => tf.setBackend('cpu'));

describe('training', () => {
  it('learns images of one colour: the loss falls to a twentieth', async () => {
    const colours = memoryDataset({
      images: new Float32Array(8 * 32).fill(0.5),
      imageShape: [4, 4, 2],
    });
    const trainer = create({ learningRate: 0.05, batchSize: 8 });
    const { losses } = await trainer.fit(colours, { epochs: 200 });
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 5)) / 20);
  });

  it('learns them in continuous time, by angle', async () => {
    const colours = memoryDataset({ images: new Float32Array(8 * 32).fill(0.5), imageShape: [4, 4, 2] });
    const trainer = create({
      process: { type: 'angle', steps: 8 },
      prediction: 'v',
      weighting: { type: 'min-snr' },
      timesteps: { type: 'loss-second-moment', history: 1 },
      learningRate: 0.05,
      batchSize: 8,
    });
    const held = memoryDataset({ images: new Float32Array(32).fill(0.5), imageShape: [4, 4, 2] });
    const validation = { dataset: held, every: { steps: 200 } };
    const heldLosses: number[] = [];
    const onValidation = ({ emaLoss }: { emaLoss: number }) => void heldLosses.push(emaLoss);
    const { losses } = await trainer.fit(colours, { epochs: 200, validation, callbacks: { onValidation } });
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 5)) / 2);
    expect(heldLosses).toEqual([expect.any(Number)]);
    expect(heldLosses[0]).toBeGreaterThan(0);
  });

  it('learns them in EDM preconditioning', async () => {
    const colours = memoryDataset({ images: new Float32Array(8 * 32).fill(0.5), imageShape: [4, 4, 2] });
    const trainer = create({ process: { type: 'edm', steps: 8 }, learningRate: 0.05, batchSize: 8 });
    const { losses } = await trainer.fit(colours, { epochs: 200 });
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 5)) / 2);
  });

  it('of EDM is as its preconditioning says', () => {
    const process = { type: 'edm' } as const;
    expect(() => create({ process, prediction: 'v' })).toThrow('says itself what `prediction` would choose');
    expect(() => create({ process, weighting: { type: 'p2' } })).toThrow('`weighting`');
    expect(() => create({ process, timesteps: { type: 'uniform', first: 0 } })).toThrow('`timesteps.first`');
    expect(() => create({ process, variance: { type: 'learned-range' } })).toThrow('leave `variance` out');
    expect(() => create({ process: { kind: 'sigma', preconditioning: 've' } })).toThrow('another kind than EDM');
  });

  it('by angle is of v or x0, with a fixed variance', () => {
    const process = { type: 'angle' } as const;
    expect(() => create({ process })).toThrow('give `prediction` v or x0');
    expect(() => create({ process, prediction: 'v', variance: { type: 'learned-range' } })).toThrow(
      'leave `variance` out',
    );
  });

  it('uses labels, unless they are dropped', async () => {
    const table = async (labelDropout: number) => {
      const trainer = create({ labelDropout, weightDecay: 0 });
      const before = numbersOf(trainer).weights[2];
      await trainer.fit(dataset(), { steps: 3 });
      return { before, after: numbersOf(trainer).weights[2] };
    };
    const kept = await table(0);
    expect(kept.after).not.toEqual(kept.before);
    const dropped = await table(1);
    expect(dropped.after).toEqual(dropped.before);
  });

  it('tells the timestep and the loss of every image', async () => {
    const means: number[] = [];
    const { losses } = await create().fit(dataset(), {
      steps: 3,
      callbacks: {
        onStep: ({ timesteps, imageLosses }) => {
          expect([...timesteps].every((t) => t >= 1 && t < 8)).toBe(true);
          expect(imageLosses.length).toBe(timesteps.length);
          means.push(imageLosses.reduce((sum, loss) => sum + loss, 0) / timesteps.length);
        },
      },
    });
    for (const [i, { loss }] of losses.entries()) expect(Math.abs(means[i] - loss)).toBeLessThan(1e-6);
    expect(Object.keys(losses[0])).not.toContain('imageLosses');
  });

  it('hands dropout to a network that offers it, with what its masks depend on', async () => {
    const modes: object[] = [];
    const plain = model();
    const offering = {
      ...plain,
      trainingDenoiser: (mode: object) => {
        modes.push(mode);
        return plain.denoiser();
      },
    };
    await create({ model: offering, dropout: 0.2, batchSize: 3, microBatchSize: 2 }).fit(dataset(), { steps: 1 });
    expect(modes).toEqual([
      { dropout: 0.2, seed: 1, step: 0, places: [0, 1], runPart: keepActivations },
      { dropout: 0.2, seed: 1, step: 0, places: [2], runPart: keepActivations },
    ]);
  });

  it('calls the network without labels when no image has one', async () => {
    const seen: unknown[] = [];
    const plain = model();
    const listening: TrainerOptions['model'] = {
      ...plain,
      denoiser: () => (x, t, conditioning) => {
        seen.push(conditioning);
        return plain.denoiser()(x, t, conditioning);
      },
    };
    const grey = memoryDataset({ images: new Float32Array(64), imageShape: [4, 4, 2] });
    await create({ model: listening }).fit(grey, { steps: 1 });
    expect(seen).toEqual([undefined]);
  });

  it('takes 2,000 steps with the same tensors, and JavaScript holds no more', async () => {
    const trainer = create({ batchSize: 1 });
    const tensors = new Set<string>();
    const store = memoryStore({ keep: 1 });
    const stretch = async (steps: number) => {
      await trainer.fit(dataset(), {
        steps,
        checkpoints: { store, every: { steps: 250 } },
        callbacks: { onStep: () => void tensors.add(`${tf.memory().numTensors} of ${tf.memory().numBytes} bytes`) },
      });
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = tf.memory().numTensors;
    const early = await stretch(500);
    const late = await stretch(2000);
    expect([...tensors]).toHaveLength(1);
    expect(tf.memory().numTensors).toBe(before);
    // What tfjs keeps of a tensor, once for each of 1,500 steps, would be more.
    expect(late - early).toBeLessThan(2 ** 20);
  });

  it('frees what is its own, and not the model', async () => {
    const tiny = model();
    const before = tf.memory().numTensors;
    const trainer = create({ model: tiny });
    await trainer.fit(dataset(), { steps: 1 });
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect([...tiny.parameters.values()].every((v) => !v.isDisposed)).toBe(true);
  });
});

describe('what is told', () => {
  it('is every step in order, every epoch with its networks, every checkpoint', async () => {
    const told: string[] = [];
    const store = memoryStore();
    const trainer = create();
    let clock = 0;
    const { losses } = await trainer.fit(dataset(), {
      epochs: 2,
      checkpoints: { store, notes: { size: 4 } },
      clock: () => {
        clock += 100;
        return clock;
      },
      callbacks: {
        onStep: async ({ step, epoch }) => void told.push(`step ${step} of epoch ${epoch}`),
        onCheckpoint: ({ step }) => void told.push(`checkpoint ${step}`),
        onEpochEnd: ({ epoch, step, meanLoss, emaDenoiser }) => {
          const x = tf.ones<tf.Rank.R4>([1, 4, 4, 2]);
          const y = emaDenoiser(x, tf.tensor1d([3]));
          told.push(`epoch ${epoch} ended at step ${step}: ${y.shape}, ${meanLoss > 0}`);
        },
      },
    });
    expect(told).toEqual([
      'step 1 of epoch 1',
      'step 2 of epoch 1',
      'step 3 of epoch 1',
      'checkpoint 3',
      'epoch 1 ended at step 3: 1,4,4,2, true',
      'step 4 of epoch 2',
      'step 5 of epoch 2',
      'step 6 of epoch 2',
      'checkpoint 6',
      'epoch 2 ended at step 6: 1,4,4,2, true',
    ]);
    expect(losses.every(({ loss, imagesPerSecond }) => loss > 0 && imagesPerSecond > 0)).toBe(true);
    expect(await store.list()).toEqual([3, 6]);
    expect(JSON.parse(new TextDecoder().decode(await store.read(6, 'state.json'))).notes).toEqual({ size: 4 });
  });

  it('does not count the time of callbacks as training', async () => {
    let clock = 0;
    const { losses } = await create().fit(dataset(12), {
      steps: 3,
      clock: () => clock,
      callbacks: {
        onStep: () => {
          clock += 60_000;
        },
      },
    });
    expect(losses[2].imagesPerSecond).toBe(Number.POSITIVE_INFINITY);
  });

  it('has the same images per second for every step of a device that computes later, the last one included', async () => {
    const backend = tf.backend();
    const read = backend.read.bind(backend);
    let clock = 0;
    let device = Promise.resolve();
    const computing = vi.spyOn(backend, 'read').mockImplementation((id) => {
      // One step after the other, two seconds each, while the event loop goes round.
      device = device.then(async () => {
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        clock += 2000;
      });
      return device.then(() => read(id));
    });
    try {
      const trainer = create();
      const options = { clock: () => clock, callbacks: { onEpochEnd: () => {} } };
      const { losses } = await trainer.fit(dataset(12), { ...options, epochs: 2 });
      const more = await trainer.fit(dataset(12), { ...options, steps: 8 });
      expect([...losses, ...more.losses].map(({ imagesPerSecond }) => imagesPerSecond)).toEqual(Array(8).fill(2));
    } finally {
      computing.mockRestore();
    }
  });
});

describe('an abort', () => {
  it('finishes the step, writes a checkpoint and says so', async () => {
    const store = memoryStore();
    const controller = new AbortController();
    const trainer = create();
    const result = await trainer.fit(dataset(), {
      epochs: 9,
      checkpoints: { store },
      signal: controller.signal,
      callbacks: {
        onStep: ({ step }) => {
          if (step === 4) controller.abort();
        },
      },
    });
    expect(result.status).toBe('aborted');
    expect(result.losses.at(-1)?.step).toBe(result.step);
    expect((await store.list()).at(-1)).toBe(result.step);
    expect(result.step).toBeLessThan(7);
  });

  it('can come from a timer or a signal between two steps', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    const result = await create().fit(dataset(), { epochs: 1e6, signal: controller.signal });
    expect(result.status).toBe('aborted');
  });

  it('before the first step does nothing', async () => {
    const store = memoryStore();
    const result = await create().fit(dataset(), { epochs: 1, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: 'aborted', step: 0, losses: [] });
    expect(await store.list()).toEqual([]);
  });
});

describe('a loss that is not finite', () => {
  /** A network that gives no numbers from a call on. */
  const breaking = (from: number): TrainerOptions['model'] => {
    const whole = model();
    let calls = 0;
    return {
      ...whole,
      denoiser: (parameters) => (x, t, conditioning) => {
        const output = whole.denoiser(parameters)(x, t, conditioning);
        return ++calls > from ? tf.mul(output, Number.NaN) : output;
      },
    };
  };

  it('stops training, naming the step and the last good checkpoint', async () => {
    const store = memoryStore();
    const before = tf.memory().numTensors;
    const trainer = create({ model: breaking(6) });
    await expect(
      trainer.fit(dataset(), { epochs: 9, checkpoints: { store, every: { steps: 2, epochs: 1 } } }),
    ).rejects.toMatchObject({
      isDenoiserError: true,
      code: 'training-diverged',
      message:
        'The loss became NaN at step 7, so training stopped; the last good checkpoint is that of step 6; resume from it with a lower learning rate.',
    });
    expect(await store.list()).toEqual([2, 3, 4, 6]);
    trainer.dispose();
    for (const variable of trainer.model.parameters.values()) variable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('never lets its weights into a checkpoint, even when the step itself still had a loss', async () => {
    const store = memoryStore();
    const trainer = create({ learningRate: 1e39 });
    await expect(trainer.fit(dataset(), { steps: 1, checkpoints: { store } })).rejects.toThrow(
      /has a value that is not finite at step 1, so training stopped; no checkpoint had been written/,
    );
    expect(await store.list()).toEqual([]);
  });
});

describe('bad input', () => {
  it('in options is named with its range', () => {
    const message = (over: Partial<TrainerOptions>) => {
      try {
        create(over);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message({ batchSize: 0 })).toBe('The training option `batchSize` is 0; give a whole number from 1.');
    expect(message({ seed: -1 })).toMatch(/`seed` is -1/);
    expect(message({ learningRate: Number.NaN })).toMatch(/`learningRate` is NaN/);
    expect(message({ labelDropout: 2 })).toMatch(/`labelDropout` is 2/);
    expect(message({ ema: { decay: 1.5 } })).toMatch(/`ema.decay` is 1.5/);
    expect(message({ process: { steps: 1 } })).toMatch(/The process has 1 step, and the first to be trained is 1;/);
    expect(message({ dropout: 0.1 })).toMatch(/The network tiny offers no dropout/);
    expect(message({ dropuot: 0.1 } as object)).toBe(
      'There is no training option `dropuot`; the nearest is `dropout`.',
    );
    expect(message({ process: { zeroTerminalSnr: true }, prediction: 'v' })).toBe(undefined);
    expect(message({ process: { zeroTerminalSnr: true } })).toMatch(/zero terminal SNR/);
  });

  it('in data is named: no images, or one of another size', async () => {
    const empty = memoryDataset({ images: new Float32Array(0), imageShape: [4, 4, 2] });
    await expect(create().fit(empty, { epochs: 1 })).rejects.toThrow('The dataset has no images');
    const odd = { ...dataset(), read: async () => ({ pixels: new Float32Array(3), label: 0 }) };
    await expect(create().fit(odd, { epochs: 1 })).rejects.toThrow(/has 3 values, not the 32 of 4×4×2/);
    await expect(create().fit(dataset(), {})).rejects.toThrow('give one of them');
    const misspelt: [options: unknown, sentence: string][] = [
      [
        { steps: 1, checkpoint: { store: memoryStore() } },
        'fit has no option "checkpoint"; did you mean `checkpoints`?',
      ],
      [{ steps: 1, callbacks: { onStop() {} } }, '`callbacks` of fit has no option "onStop"; did you mean `onStep`?'],
      [{ steps: 1, checkpoints: { store: memoryStore(), notse: 1 } }, 'did you mean `notes`?'],
      [undefined, 'fit takes an object such as `{ steps: 1000 }`, not undefined.'],
    ];
    for (const [options, sentence] of misspelt) {
      await expect(create().fit(dataset(), options as { steps: 1 })).rejects.toThrow(sentence);
    }
  });

  it('an image that cannot be read ends training after a checkpoint', async () => {
    const store = memoryStore();
    const whole = dataset();
    const broken: ImageDataset = {
      ...whole,
      read: async (index, epochsDone) => {
        if (epochsDone === 1) throw new Error(`picture ${index} is cut off`);
        return whole.read(index, epochsDone);
      },
    };
    await expect(create().fit(broken, { epochs: 9, checkpoints: { store, every: { epochs: 5 } } })).rejects.toThrow(
      /is cut off/,
    );
    expect(await store.list()).toEqual([3]);
  });
});

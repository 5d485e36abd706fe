import { readSafetensors } from '@denoiser/safetensors';
import { loadUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { drawImages, evaluate, interpolate, type Model } from '../src/index';
import type { Client } from '../src/page/client';
import type { Training } from '../src/page/training';
import type { TrainingEvent, TrainRequest } from '../src/protocol/training';
import { fakeOpfs } from './fake-opfs';
import { closeAll, fakeLocks, pageAndWorker, plainPicture, redAndBlue } from './in-node';

afterAll(closeAll);

const small: Omit<TrainRequest, 'images' | 'run'> = {
  model: { baseWidth: 4, timeDim: 8 },
  training: { batchSize: 4, seed: 7, ema: { type: 'decay', decay: 0.9, startStep: 2 } },
  steps: 12,
  checkpointEvery: { steps: 5 },
  samples: { every: { steps: 6 }, count: 2, steps: 2 },
};

async function worker(o: Parameters<typeof pageAndWorker>[0] = {}) {
  const { client, opfs } = pageAndWorker(o);
  await client.start({ device: 'engine' });
  const images = await client.openImages({ images: redAndBlue(3), size: 8 });
  return { client, opfs, images };
}

async function all(session: Training, onEvent: (event: TrainingEvent) => void = () => {}) {
  const events: TrainingEvent[] = [];
  for await (const event of session) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

const of = <T extends TrainingEvent['type']>(events: TrainingEvent[], type: T) =>
  events.filter((event): event is Extract<TrainingEvent, { type: T }> => event.type === type);

const weightsOf = async (client: Client, run: string) => {
  const { tensors } = readSafetensors(await client.download(run, { weights: 'model' }));
  return [...tensors].map(([name, { data }]) => [name, [...(data as Float32Array)]]);
};

test('pictures that are not square are trained on and drawn, measured and begun with at their own shape', async () => {
  const { client } = await worker();
  const pixels = (i: number) => ({ width: 16, height: 8, data: new Uint8ClampedArray(4 * 128).fill(60 * i) });
  const images = Array.from({ length: 4 }, (_, i) => pixels(i));
  await client.train({ ...small, run: 'wide', images, size: [8, 16], steps: 2 });
  const model = await client.openModel('wide');
  expect(model.imageShape).toEqual([8, 16, 3]);
  const drawn = await drawImages(model, { count: 1, sampler: 'ddim', steps: 2, image: pixels(2), strength: 0.5 });
  expect(drawn.data).toHaveLength(8 * 16 * 3);
  expect((await evaluate(model, { images, count: 4, steps: 2 })).images).toBe(4);
  await expect(client.openImages({ images, size: [8, 20] })).rejects.toThrow('divisible by 8, not 20');
});

test('a run tells its losses, samples and checkpoints, and gives a file to sample from that knows its classes', async () => {
  const { client, images } = await worker();
  const tensors = tf.memory().numTensors;
  const events = await all(client.train({ ...small, run: 'colours', images }));
  expect(tf.memory().numTensors).toBe(tensors);
  const losses = of(events, 'progress').flatMap((event) => event.losses);
  expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect(losses.every(({ loss }) => loss > 0 && loss < 10)).toBe(true);
  expect(of(events, 'samples').map(({ step, labels }) => [step, labels])).toEqual([
    [6, [0, 1]],
    [12, [0, 1]],
  ]);
  expect(of(events, 'samples')[0]?.pixels).toHaveLength(2 * 64 * 4);
  expect(of(events, 'checkpoint').map(({ step }) => step)).toEqual([5, 10, 12]);
  expect(events.at(-1)).toEqual({ type: 'done', status: 'finished', step: 12 });
  expect(await client.runs()).toMatchObject([
    { run: 'colours', step: 12, steps: 12, images: 6, imageShape: [8, 8, 3], classNames: ['blue', 'red'] },
  ]);

  const file = await client.download('colours');
  loadUNet(file.slice()).dispose(); // as the command reads it
  const model = await client.openModel(file);
  expect(model).toMatchObject({ classNames: ['blue', 'red'], imageShape: [8, 8, 3], step: 12 });
  for await (const { pixels } of drawImages(model, { sampler: 'ddim', steps: 2, classes: ['red'] })) {
    expect(pixels.x0).toHaveLength(256);
  }
  // And by the name of the run.
  expect(await client.openModel('colours')).toMatchObject({ classNames: ['blue', 'red'], step: 12 });
});

test('paused, resumed, closed and gone on with in another page: the weights of a run that was never interrupted', async () => {
  const whole = await worker();
  const shown = await all(whole.client.train({ ...small, run: 'a', images: whole.images }));

  const opfs = fakeOpfs();
  const first = await worker({ opfs });
  const session = first.client.train({ ...small, run: 'a', images: first.images });
  const told: string[] = [];
  const events = await all(session, (event) => {
    told.push(event.type);
    if (event.type === 'progress' && event.step >= 2 && !told.includes('paused')) {
      void session.pause().then(() => session.resume());
    }
    if (event.type === 'resumed') void session.stop();
  });
  const [paused] = of(events, 'paused');
  expect(paused?.step).toBeGreaterThanOrEqual(2);
  expect(of(events, 'resumed')).toEqual([{ type: 'resumed', step: paused?.step }]);
  const done = events.at(-1);
  expect(done).toMatchObject({ type: 'done', status: 'stopped' });

  const later = pageAndWorker({ opfs }).client; // its images come out of the storage
  await later.start({ device: 'engine' });
  const rest = await all(later.resumeRun('a'));
  const stopped = (done as { step: number }).step;
  expect(of(rest, 'progress')[0]?.losses[0]?.step).toBe(stopped + 1);
  // What was shown before comes first, so that curves and samples go on where they were.
  const lossesOf = (events: TrainingEvent[]) => of(events, 'progress').flatMap((event) => event.losses);
  const before = lossesOf(events).map(({ step, loss }) => ({ step, loss: Math.fround(loss) }));
  expect(before.map(({ step }) => step)).toEqual(Array.from({ length: stopped }, (_, i) => i + 1));
  expect(rest[0]).toMatchObject({ type: 'history', losses: before });
  expect(rest.at(-1)).toEqual({ type: 'done', status: 'finished', step: 12 });
  expect(await weightsOf(later, 'a')).toEqual(await weightsOf(whole.client, 'a'));

  // And further than was planned.
  const [history] = of(await all(whole.client.resumeRun('a', { steps: 13 })), 'history');
  expect(history?.samples).toEqual(of(shown, 'samples'));
  const more = await all(later.resumeRun('a', { steps: 14 }));
  expect(more.at(-1)).toEqual({ type: 'done', status: 'finished', step: 14 });
  expect(of(more, 'history')[0]?.losses).toHaveLength(12);
  expect((await later.runs())[0]).toMatchObject({ step: 14, steps: 14 });
});

test('the weights of now can be had while it trains and while it rests', async () => {
  const { client, images } = await worker();
  const session = client.train({
    ...small,
    run: 'b',
    images,
    steps: 400,
    checkpointEvery: { steps: 400 },
    samples: null,
  });
  const steps: (number | undefined)[] = [];
  let isPaused = false;
  await all(session, (event) => {
    if (event.type !== 'progress' || isPaused) return;
    isPaused = true;
    void (async () => {
      steps.push((await client.openModel(await session.download())).step);
      await session.pause();
      steps.push((await client.openModel(await session.download())).step);
      await session.stop();
    })();
  });
  expect(steps).toHaveLength(2);
  expect(steps[0]).toBeGreaterThan(0);
  expect(steps[1]).toBeGreaterThanOrEqual(steps[0] as number);
});

test('drawing while it trains: neither notices the other', async () => {
  const { client, images } = await worker();
  await all(client.train({ ...small, run: 'h', images, samples: null }));
  const model = await client.openModel('h');
  const draw = async () => {
    const seen: number[][] = [];
    for await (const { pixels } of drawImages(model, { sampler: 'ddim', steps: 3 })) seen.push([...(pixels.x ?? [])]);
    return seen;
  };
  const alone = await draw();
  let drawn: number[][] | undefined;
  const session = client.train({
    ...small,
    run: 'i',
    images,
    steps: 2000,
    checkpointEvery: { steps: 2000 },
    samples: null,
  });
  let isDrawing = false;
  await all(session, (event) => {
    if (event.type !== 'progress' || isDrawing) return;
    isDrawing = true;
    void draw().then((images) => {
      drawn = images;
      return session.stop();
    });
  });
  expect(drawn).toEqual(alone);
});

test('leaving the loop of events stops training with a checkpoint', async () => {
  const { client, images } = await worker();
  for await (const event of client.train({ ...small, run: 'c', images, steps: 1000 })) {
    if (event.type === 'progress') break;
  }
  for (;;) {
    const [run] = await client.runs();
    if (run && run.step > 0) break;
  }
  await client.deleteRun('c').catch(() => {}); // it may still hold its lock
});

test('one tab trains a run: the second is refused, until the first has ended', async () => {
  const [opfs, locks] = [fakeOpfs(), fakeLocks()];
  const [one, two] = [await worker({ opfs, locks }), await worker({ opfs, locks })];
  const session = one.client.train({ ...small, run: 'd', images: one.images, steps: 500, samples: null });
  const events = session[Symbol.asyncIterator]();
  await events.next();
  await expect(all(two.client.resumeRun('d'))).rejects.toMatchObject({
    code: 'run-locked',
    message: 'The run "d" is being trained in another tab: stop it there, or choose another name.',
  });
  await expect(two.client.deleteRun('d')).rejects.toMatchObject({ code: 'run-locked' });
  await expect(all(one.client.resumeRun('d'))).rejects.toMatchObject({ code: 'run-locked' });
  await session.stop();
  await two.client.deleteRun('d');
  expect(await one.client.runs()).toEqual([]);
  await expect(all(one.client.resumeRun('d'))).rejects.toMatchObject({ code: 'run-missing' });
});

test('a full storage ends nothing: a warning, the checkpoint before stays, and the weights can still be had', async () => {
  const { client, images, opfs } = await worker();
  const events: TrainingEvent[] = [];
  await all(client.train({ ...small, run: 'e', images, samples: null }), (event) => {
    events.push(event);
    if (event.type === 'checkpoint') opfs.quota = 1;
  });
  const warnings = of(events, 'warning');
  expect(warnings.map(({ code }) => code)).toEqual(['storage-full', 'storage-full']);
  expect(warnings[0]?.message).toContain('the checkpoint of step 10 was not kept');
  expect(events.at(-1)).toMatchObject({ type: 'done', step: 12 });
  expect((await client.runs())[0]?.step).toBe(5);
  expect((await client.openModel('e')).step).toBe(12);
});

test('a damaged checkpoint is passed over for the one before, with a sentence', async () => {
  const { client, images, opfs } = await worker();
  await all(client.train({ ...small, run: 'f', images, samples: null }));
  opfs.damage('denoiser-runs/run-f/checkpoints/step-00000012.1/optimizer.safetensors');
  const events = await all(client.resumeRun('f'));
  expect(of(events, 'warning')[0]?.message).toContain('checkpoint 10 is used instead of checkpoint 12');
  expect(of(events, 'progress')[0]?.losses[0]?.step).toBe(11);
  expect(events.at(-1)).toMatchObject({ status: 'finished', step: 12 });
});

test('what a run has shown is not needed to go on with it: where it is damaged or none, it begins anew', async () => {
  const { client, images, opfs } = await worker();
  await all(client.train({ ...small, run: 'f', images, samples: null }));
  opfs.damage('denoiser-runs/run-f/checkpoints/step-00000012.1/history.safetensors');
  const events = await all(client.resumeRun('f', { steps: 13 }));
  expect(of(events, 'history')).toEqual([]);
  expect(events.at(-1)).toMatchObject({ status: 'finished', step: 13 });
});

test('a run that is told to end before where it is ends there, and keeps a configuration that says so', async () => {
  const { client, images } = await worker();
  await client.train({ ...small, run: 'o', images, samples: null });
  for (const steps of [-1, 1.5, Number.NaN, 'x']) {
    await expect(client.resumeRun('o', { steps: steps as number })).rejects.toMatchObject({ code: 'option-invalid' });
  }
  expect(await client.resumeRun('o', { steps: 3 })).toEqual({ run: 'o', step: 12, status: 'finished' });
  expect(await client.runs()).toMatchObject([{ run: 'o', step: 12, steps: 12 }]);
});

test('pictures that were decoded for a training are let go of as soon as it has them', async () => {
  const { client } = await worker();
  await all(client.train({ ...small, run: 'm', images: redAndBlue(3), size: 8, samples: null }));
  // The worker counts its sets; the first was the helper's, the second the training's own.
  const set = { ...(await client.openImages({ images: redAndBlue(1), size: 8 })), id: 2 };
  await expect(client.train({ ...small, images: set, samples: null })).rejects.toMatchObject({ code: 'images-closed' });
});

test('a request that does not fit is refused in a sentence, and takes no name', async () => {
  const { client, images } = await worker();
  const tryIt = (changes: Partial<TrainRequest>) => all(client.train({ ...small, run: 'g', images, ...changes }));
  await expect(tryIt({ steps: 0 })).rejects.toMatchObject({ code: 'option-invalid' });
  await expect(tryIt({ training: { learningRat: 1 } as never })).rejects.toThrow('the nearest is `learningRate`');
  await expect(tryIt({ model: { baseWidth: 5 } })).rejects.toThrow('baseWidth');
  await expect(tryIt({ images: { ...images, id: 99 } })).rejects.toMatchObject({ code: 'images-closed' });
  expect(await client.runs()).toEqual([]);
  await all(client.train({ ...small, run: 'g', images, steps: 1, samples: null }));
  await expect(tryIt({})).rejects.toMatchObject({ code: 'run-exists' });
});

describe('a run of that name is there already', () => {
  const lossesOf = (events: TrainingEvent[]) => of(events, 'progress').flatMap((event) => event.losses);

  test('it is an error unless the page says what to do: replace it, or go on with it', async () => {
    const { client, images } = await worker();
    const request = { ...small, run: 'j', images, steps: 2, samples: null };
    await client.train(request);
    const again = client.train(request);
    await expect(again).rejects.toMatchObject({ code: 'run-exists', message: expect.stringContaining('`ifExists`') });

    const more = await all(client.train({ ...request, steps: 3, ifExists: 'resume' }));
    expect(lossesOf(more).map(({ step }) => step)).toEqual([3]);
    expect(await client.train({ ...request, ifExists: 'replace' })).toEqual({ run: 'j', step: 2, status: 'finished' });
    expect(await client.runs()).toMatchObject([{ run: 'j', step: 2, steps: 2 }]);
  });

  test('a request that is wrong replaces nothing', async () => {
    const { client, images } = await worker();
    const request = { ...small, run: 'k', images, steps: 2, samples: null };
    await client.train(request);
    const wrong = { ...request, ifExists: 'replace', training: { batchSize: -1 } } as const;
    await expect(client.train(wrong)).rejects.toMatchObject({ isDenoiserError: true });
    expect(await client.runs()).toMatchObject([{ run: 'k', step: 2 }]);
  });

  test('where there is no room for the new one, the old one stays, and the new one is trained in memory', async () => {
    const { client, images, opfs } = await worker();
    const request = { ...small, run: 'n', images, steps: 2, samples: null };
    await client.train(request);
    opfs.quota = 1;
    const events = await all(client.train({ ...request, steps: 3, ifExists: 'replace' }));
    expect(of(events, 'warning')[0]).toMatchObject({ code: 'storage-full' });
    expect(events.at(-1)).toMatchObject({ type: 'done', step: 3 });
    expect((await client.openModel('n')).step).toBe(3);
    expect(await client.runs()).toMatchObject([{ run: 'n', step: 2, steps: 2 }]);
  });

  test('where there is none, either begins one', async () => {
    const { client, images } = await worker();
    for (const ifExists of ['replace', 'resume'] as const) {
      const trained = await client.train({ ...small, run: ifExists, ifExists, images, steps: 1, samples: null });
      expect(trained).toEqual({ run: ifExists, step: 1, status: 'finished' });
    }
  });
});

test('a run without a name is not kept, and can be drawn from as long as the worker lives', async () => {
  const { client, images, opfs } = await worker();
  const steps: number[] = [];
  const request = {
    ...small,
    images,
    steps: 3,
    samples: null,
    onStep: ({ step }: { step: number }) => steps.push(step),
  };
  const { run } = await client.train(request);
  const other = await client.train(request);
  expect(other.run).not.toBe(run);
  expect(steps).toEqual([1, 2, 3, 1, 2, 3]);
  expect(await client.runs()).toEqual([]);
  expect(opfs.paths()).toEqual([]);
  expect((await client.openModel({ run })).step).toBe(3);
  await client.deleteRun(run);
  await expect(client.openModel({ run })).rejects.toMatchObject({ isDenoiserError: true });
  expect((await client.openModel(other)).step).toBe(3);
});

test('pictures are trained on as they are; what is none is named', async () => {
  const { client } = await worker();
  const [red, blue] = [plainPicture(8, [255, 0, 0]), Promise.resolve(plainPicture(8, [0, 0, 255]))];
  const request = { ...small, steps: 1, size: 8, samples: null };
  const images = [red, blue, { source: blue, className: 'blue' }, Promise.resolve({ source: red, className: 'red' })];
  expect(await client.train({ ...request, images })).toMatchObject({ status: 'finished' });
  await expect(client.train({ ...request, images: ['cat.png'] as never })).rejects.toThrow('picture 1 is no picture');
  await expect(client.train({ ...request, images: 7 as never })).rejects.toMatchObject({ code: 'option-invalid' });
});

test('misspelt options are errors that name the right one', async () => {
  const { client, images } = await worker();
  const tryIt = (changes: object) => client.train({ ...small, images, ...changes });
  await expect(tryIt({ trainig: {} })).rejects.toThrow('did you mean `training`');
  await expect(tryIt({ samples: { evry: {} } })).rejects.toThrow('did you mean `every`');
  await expect(tryIt({ checkpointEvery: 5 })).rejects.toMatchObject({ code: 'option-invalid' });
  await expect(tryIt({ model: { basewidth: 8 } })).rejects.toThrow('baseWidth');
  await expect(client.openImages({ images: redAndBlue(1), sise: 8 } as never)).rejects.toThrow('did you mean `size`');
});

test('intervals are in steps or in epochs', async () => {
  const { client, images } = await worker();
  const request = { ...small, images, steps: 6, samples: { every: { epochs: 2 }, count: 1, steps: 1 } };
  const events = await all(client.train({ ...request, checkpointEvery: { epochs: 4 }, training: { batchSize: 6 } }));
  expect(of(events, 'samples').map(({ step }) => step)).toEqual([2, 4, 6]);
});

test('of any two requests at once neither breaks the other, and nothing is left behind', async () => {
  const { client, images } = await worker();
  const request = { ...small, images, steps: 4, samples: null };
  const kept = await client.train({ ...request, run: 'kept' });
  const file = new Blob([await client.download('kept')]);
  const codes = new Set<string>();
  /** What becomes of a request: it succeeds, or fails with a code. */
  const settle = async (work: PromiseLike<unknown>) => {
    try {
      await work;
    } catch (error) {
      codes.add((error as { code?: string }).code ?? String(error));
    }
  };
  const requests: Record<string, (model: Model) => PromiseLike<unknown>> = {
    draw: (model) => drawImages(model, { steps: 5, count: 2 }),
    interpolate: (model) => interpolate(model, { from: 1, to: 2, steps: 5, count: 2 }),
    dispose: async (model) => model.dispose(),
    open: async () => (await client.openModel(file)).dispose(),
    openRun: async () => (await client.openModel('kept')).dispose(),
    train: () => client.train({ ...request, run: 'other', ifExists: 'replace' }),
    trainUnnamed: async () => client.deleteRun((await client.train(request)).run),
    resume: () => client.resumeRun('kept', { steps: kept.step }),
    openImages: async () => client.closeImages(await client.openImages({ images: redAndBlue(2), size: 8 })),
    delete: () => client.deleteRun('other'),
    runs: () => client.runs(),
  };
  const names = Object.keys(requests);
  const before = tf.memory().numTensors;
  for (const [i, first] of names.entries()) {
    for (const second of names.slice(i)) {
      const model = await client.openModel(file);
      const both = [first, second].map((name) =>
        settle((requests[name] as (model: Model) => PromiseLike<unknown>)(model)),
      );
      await Promise.all(both);
      model.dispose();
    }
  }
  await client.runs(); // the worker is through with the others
  expect(tf.memory().numTensors).toBe(before);
  expect([...codes].sort()).toEqual(['model-closed', 'run-locked', 'run-missing']);
});

import { readSafetensors } from '@denoiser/safetensors';
import { createPlan, ddim } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { loadUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
import type { Client, TrainingSession } from '../src/page/client';
import type { TrainingEvent, TrainRequest } from '../src/protocol/training';
import { fakeOpfs } from './fake-opfs';
import { closeAll, fakeLocks, pageAndWorker, redAndBlue } from './in-node';

afterAll(closeAll);

const small: Omit<TrainRequest, 'images' | 'run'> = {
  model: { baseWidth: 4, timeDim: 8 },
  training: { batchSize: 4, seed: 7, ema: { type: 'decay', decay: 0.9, startStep: 2 } },
  steps: 12,
  checkpointEvery: 5,
  samples: { every: 6, count: 2, solverSteps: 2 },
};

async function worker(o: Parameters<typeof pageAndWorker>[0] = {}) {
  const { client, opfs } = pageAndWorker(o);
  await client.start({ device: 'engine' });
  const images = await client.openImages({ images: redAndBlue(3), size: 8 });
  return { client, opfs, images: images.id };
}

async function all(session: TrainingSession, onEvent: (event: TrainingEvent) => void = () => {}) {
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
  expect(of(events, 'checkpoint').map(({ step }) => step)).toEqual([5, 6, 10, 12]);
  expect(events.at(-1)).toEqual({ type: 'done', status: 'finished', step: 12 });
  expect(await client.runs()).toMatchObject([
    { run: 'colours', step: 12, steps: 12, images: 6, imageShape: [8, 8, 3], classNames: ['blue', 'red'] },
  ]);

  const file = await client.download('colours');
  loadUNet(file.slice()).dispose(); // as the command reads it
  const info = await client.load(file);
  expect(info).toMatchObject({ classNames: ['blue', 'red'], imageShape: [8, 8, 3], step: 12 });
  const plan = createPlan({ process: createSchedule(info.schedule), solver: ddim(), steps: 2 });
  for await (const { pixels } of client.sample({ plan, labels: [1] })) expect(pixels.x0).toHaveLength(256);
});

test('paused, resumed, closed and gone on with in another page: the weights of a run that was never interrupted', async () => {
  const whole = await worker();
  await all(whole.client.train({ ...small, run: 'a', images: whole.images }));

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
  expect(of(rest, 'progress')[0]?.losses[0]?.step).toBe((done as { step: number }).step + 1);
  expect(rest.at(-1)).toEqual({ type: 'done', status: 'finished', step: 12 });
  expect(await weightsOf(later, 'a')).toEqual(await weightsOf(whole.client, 'a'));

  // And further than was planned.
  const more = await all(later.resumeRun('a', { steps: 14 }));
  expect(more.at(-1)).toEqual({ type: 'done', status: 'finished', step: 14 });
  expect((await later.runs())[0]).toMatchObject({ step: 14, steps: 14 });
});

test('the weights of now can be had while it trains and while it rests', async () => {
  const { client, images } = await worker();
  const session = client.train({ ...small, run: 'b', images, steps: 400, checkpointEvery: 400, samples: null });
  const steps: (number | undefined)[] = [];
  let isPaused = false;
  await all(session, (event) => {
    if (event.type !== 'progress' || isPaused) return;
    isPaused = true;
    void (async () => {
      steps.push((await client.load(await session.download())).step);
      await session.pause();
      steps.push((await client.load(await session.download())).step);
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
  const info = await client.load(await client.download('h'));
  const plan = createPlan({ process: createSchedule(info.schedule), solver: ddim(), steps: 3 });
  const draw = async () => {
    const seen: number[][] = [];
    for await (const { pixels } of client.sample({ plan, labels: [0, 1] })) seen.push([...(pixels.x ?? [])]);
    return seen;
  };
  const alone = await draw();
  let drawn: number[][] | undefined;
  const session = client.train({ ...small, run: 'i', images, steps: 2000, checkpointEvery: 2000, samples: null });
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
    code: 'run-busy',
    message: 'The run "d" is being trained in another tab: stop it there, or choose another name.',
  });
  await expect(two.client.deleteRun('d')).rejects.toMatchObject({ code: 'run-busy' });
  await expect(all(one.client.resumeRun('d'))).rejects.toMatchObject({ code: 'run-busy' });
  await session.stop();
  await two.client.deleteRun('d');
  expect(await one.client.runs()).toEqual([]);
  await expect(all(one.client.resumeRun('d'))).rejects.toMatchObject({ code: 'no-run' });
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
  expect((await client.load(await client.download('e'))).step).toBe(12);
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

test('a request that does not fit is refused in a sentence, and takes no name', async () => {
  const { client, images } = await worker();
  const tryIt = (changes: Partial<TrainRequest>) => all(client.train({ ...small, run: 'g', images, ...changes }));
  await expect(tryIt({ steps: 0 })).rejects.toMatchObject({ code: 'bad-option' });
  await expect(tryIt({ training: { learningRat: 1 } as never })).rejects.toThrow('the nearest is learningRate');
  await expect(tryIt({ model: { baseWidth: 5 } })).rejects.toThrow('baseWidth');
  await expect(tryIt({ images: 99 })).rejects.toMatchObject({ code: 'not-there' });
  expect(await client.runs()).toEqual([]);
  await all(client.train({ ...small, run: 'g', images, steps: 1, samples: null }));
  await expect(tryIt({})).rejects.toMatchObject({ code: 'run-exists' });
});

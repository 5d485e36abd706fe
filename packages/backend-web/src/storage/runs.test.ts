import { expect, test } from 'vitest';
import { fakeOpfs } from '../../test/fake-opfs';
import { openRuns, type WebRunConfig } from './runs';

const config = (run: string, steps = 10): WebRunConfig => ({
  run,
  model: {},
  training: { seed: 0, batchSize: 8 },
  conditional: false,
  flip: false,
  steps,
  checkpointEvery: { steps: 5 },
  keep: 2,
  samples: null,
});
const images = {
  bytes: Uint8Array.from({ length: 24 }, (_, i) => i),
  labels: [0, -1],
  classNames: ['cat'],
  imageShape: [2, 2, 3] as const,
};

test('a run keeps its images and its configuration, whatever it is called', async () => {
  const runs = openRuns(fakeOpfs().root);
  for (const name of ['cats/dogs', '..', 'Ünder 100%']) {
    await runs.create(config(name), images);
    expect(await runs.config(name)).toEqual(config(name));
    expect(await runs.images(name)).toEqual(images);
  }
  expect((await runs.list()).map(({ run }) => run)).toEqual(['Ünder 100%', '..', 'cats/dogs']);
  await runs.delete('..');
  await expect(runs.config('..')).rejects.toThrow('choose one of Ünder 100%, cats/dogs');
});

test('a run has changed when its last checkpoint was written, and the last changed comes first', async () => {
  const opfs = fakeOpfs();
  const runs = openRuns(opfs.root);
  for (const name of ['a', 'b']) await runs.create(config(name), images);
  expect((await runs.list()).map(({ run }) => run)).toEqual(['b', 'a']);
  const before = opfs.changes;
  await (await runs.checkpoints('a', { keep: 1 })).write(5, new Map([['model', new Uint8Array(3)]]));
  const [first, second] = await runs.list();
  expect([first?.run, second?.run]).toEqual(['a', 'b']);
  expect(first?.changed).toBeGreaterThan(before);
});

test('a run that was kept when options had other names is read in the present ones', async () => {
  const runs = openRuns(fakeOpfs().root);
  const { conditional: _, flip: __, ...rest } = config('old');
  const process = { type: 'cosine', steps: 50 };
  const samples = { every: 3, count: 4, solverSteps: 5, guidance: 2 };
  const older = { ...rest, isConditional: true, isFlipped: true, checkpointEvery: 7, samples };
  const training = { seed: 0, batchSize: 8 };
  await runs.create({ ...older, training: { ...training, schedule: process } } as unknown as WebRunConfig, images);
  expect(await runs.config('old')).toEqual({
    ...{ ...rest, conditional: true, flip: true, checkpointEvery: { steps: 7 }, training: { ...training, process } },
    samples: { every: { steps: 3 }, at: [], count: 4, sampler: 'dpmpp-2m', steps: 5, guidance: 2 },
  });
});

test('a page that stops while a run is created leaves none, and what is left of it can be found and taken away', async () => {
  const whole = fakeOpfs();
  await openRuns(whole.root).create(config('a'), images);
  for (let moment = 0; moment < whole.changes; moment++) {
    const opfs = fakeOpfs();
    opfs.changesLeft = moment;
    const stopped = openRuns(opfs.root).create(config('a'), images);
    await Promise.race([stopped.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
    opfs.changesLeft = Infinity;
    const runs = openRuns(opfs.root);
    if ((await runs.list()).length > 0) continue; // only its last byte was missing
    for (const run of await runs.beginnings()) await runs.delete(run);
    expect(opfs.paths()).toEqual([]);
    await runs.create(config('a'), images);
    expect(await runs.config('a')).toEqual(config('a'));
  }
});

test('a page that stops while a run is changed leaves the one before or the one after', async () => {
  const count = fakeOpfs();
  await openRuns(count.root).create(config('a', 1), images);
  const before = count.changes;
  await openRuns(count.root).update(config('a', 2));
  for (let moment = 0; moment < count.changes - before; moment++) {
    const opfs = fakeOpfs();
    await openRuns(opfs.root).create(config('a', 1), images);
    opfs.changesLeft = moment;
    const stopped = openRuns(opfs.root).update(config('a', 2));
    await Promise.race([stopped.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
    opfs.changesLeft = Infinity;
    expect([1, 2]).toContain((await openRuns(opfs.root).config('a')).steps);
  }
});

test('a full storage leaves no half run', async () => {
  const opfs = fakeOpfs();
  opfs.quota = 30;
  await expect(openRuns(opfs.root).create(config('a'), images)).rejects.toMatchObject({ code: 'storage-full' });
  expect(opfs.paths()).toEqual([]);
});

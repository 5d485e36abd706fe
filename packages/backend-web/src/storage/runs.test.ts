import { expect, test } from 'vitest';
import { type FakeOpfs, fakeOpfs } from '../../test/fake-opfs';
import { openRuns } from './runs';
import type { WebRunConfig } from './web-run-config';

const plain = (run: string, steps = 10): WebRunConfig => ({
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
    await runs.create(plain(name), images);
    expect(await runs.config(name)).toEqual(plain(name));
    expect(await runs.images(name)).toEqual(images);
  }
  expect((await runs.list()).map(({ run }) => run)).toEqual(['Ünder 100%', '..', 'cats/dogs']);
  await runs.delete('..');
  await expect(runs.config('..')).rejects.toThrow('choose one of Ünder 100%, cats/dogs');
});

test('a run has changed when its last checkpoint was written, and the last changed comes first', async () => {
  const opfs = fakeOpfs();
  const runs = openRuns(opfs.root);
  for (const name of ['a', 'b']) await runs.create(plain(name), images);
  expect((await runs.list()).map(({ run }) => run)).toEqual(['b', 'a']);
  const before = opfs.changes;
  await (await runs.checkpoints('a', { keep: 1 })).write(5, new Map([['model', new Uint8Array(3)]]));
  const [first, second] = await runs.list();
  expect([first?.run, second?.run]).toEqual(['a', 'b']);
  expect(first?.changed).toBeGreaterThan(before);
});

test('a run that was kept when options had other names is read in the present ones', async () => {
  const runs = openRuns(fakeOpfs().root);
  const { conditional: _, flip: __, ...rest } = plain('old');
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
  await openRuns(whole.root).create(plain('a'), images);
  for (let moment = 0; moment < whole.changes; moment++) {
    const opfs = fakeOpfs();
    opfs.changesLeft = moment;
    const stopped = openRuns(opfs.root).create(plain('a'), images);
    await Promise.race([stopped.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
    opfs.changesLeft = Infinity;
    const runs = openRuns(opfs.root);
    if ((await runs.list()).length > 0) continue; // only its last byte was missing
    for (const run of await runs.leftovers()) await runs.clear(run);
    expect(opfs.paths()).toEqual([]);
    await runs.create(plain('a'), images);
    expect(await runs.config('a')).toEqual(plain('a'));
  }
});

test('a page that stops while a run is changed leaves the one before or the one after', async () => {
  const count = fakeOpfs();
  await openRuns(count.root).create(plain('a', 1), images);
  const before = count.changes;
  await openRuns(count.root).update(plain('a', 2));
  for (let moment = 0; moment < count.changes - before; moment++) {
    const opfs = fakeOpfs();
    await openRuns(opfs.root).create(plain('a', 1), images);
    opfs.changesLeft = moment;
    const stopped = openRuns(opfs.root).update(plain('a', 2));
    await Promise.race([stopped.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
    opfs.changesLeft = Infinity;
    expect([1, 2]).toContain((await openRuns(opfs.root).config('a')).steps);
  }
});

test('what is kept of a run is not believed: the first field that is wrong is named, and other runs are listed', async () => {
  const samples = { every: { steps: 3 }, at: [], count: 4, sampler: 'ddim', steps: 5, guidance: 2 };
  const config = (changes: object) => ({ ...plain('a'), ...changes });
  for (const [changes, field] of [
    [{ steps: 'x' }, 'steps'],
    [{ model: null }, 'model'],
    [{ training: undefined }, 'training'],
    [{ training: null }, 'training'],
    [{ samples: { ...samples, at: [1, -1] } }, 'samples.at[1]'],
    [{ checkpointEvery: 5 }, 'checkpointEvery'],
    [{ flip: 'yes' }, 'flip'],
  ] as const) {
    const runs = openRuns(fakeOpfs().root);
    await runs.create(config(changes) as unknown as WebRunConfig, images);
    await runs.create(plain('b'), images);
    await expect(runs.config('a')).rejects.toMatchObject({
      code: 'run-damaged',
      message: expect.stringContaining(field),
    });
    expect((await runs.list()).map(({ run }) => run)).toEqual(['b']);
    await runs.delete('a');
  }
  for (const [changes, field] of [
    [{ labels: [0, 7] }, 'labels[1]'],
    [{ imageShape: [2, 2, 4] }, 'imageShape[2]'],
    [{ imageShape: [2, 2] }, 'imageShape'],
    [{ classNames: 'ab' }, 'classNames'],
  ] as const) {
    const runs = openRuns(fakeOpfs().root);
    await runs.create(plain('a'), { ...images, ...changes } as never);
    await expect(runs.images('a')).rejects.toMatchObject({
      code: 'run-damaged',
      message: expect.stringContaining(field),
    });
  }
});

test('a page that stops while a run is replaced leaves the old one whole, or the new one', async () => {
  const made = async () => {
    const opfs = fakeOpfs();
    await openRuns(opfs.root).create(plain('a', 1), images);
    await (await openRuns(opfs.root).checkpoints('a', { keep: 1 })).write(1, new Map([['model', new Uint8Array(9)]]));
    return opfs;
  };
  const replaced = (opfs: FakeOpfs) => openRuns(opfs.root).create(plain('a', 2), images, { replace: true });
  const count = await made();
  const before = count.changes;
  await replaced(count);
  expect(count.paths().filter((path) => path.includes('checkpoints'))).toEqual([]);
  const seen = new Set<number>();
  for (let moment = 0; moment < count.changes - before; moment++) {
    const opfs = await made();
    opfs.changesLeft = moment;
    await Promise.race([replaced(opfs).catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
    opfs.changesLeft = Infinity;
    const runs = openRuns(opfs.root);
    const { steps } = await runs.config('a');
    seen.add(steps);
    for (const run of await runs.leftovers()) await runs.clear(run);
    expect(await runs.images('a')).toEqual(images);
    expect(await runs.list()).toMatchObject([{ run: 'a', steps, step: steps === 1 ? 1 : 0 }]);
    expect(await runs.leftovers()).toEqual([]);
  }
  expect([...seen]).toEqual([1, 2]);
});

test('where the storage is too full for a run that replaces another, the other stays', async () => {
  const opfs = fakeOpfs();
  const runs = openRuns(opfs.root);
  await runs.create(plain('a', 1), images);
  opfs.quota = 400;
  const large = { ...images, bytes: new Uint8Array(400) };
  await expect(runs.create(plain('a', 2), large, { replace: true })).rejects.toMatchObject({ code: 'storage-full' });
  expect((await runs.config('a')).steps).toBe(1);
  expect(await runs.leftovers()).toEqual([]);
});

test('a full storage leaves no half run', async () => {
  const opfs = fakeOpfs();
  opfs.quota = 30;
  await expect(openRuns(opfs.root).create(plain('a'), images)).rejects.toMatchObject({ code: 'storage-full' });
  expect(opfs.paths()).toEqual([]);
});

test('where there is no room even for a folder, that is a sentence, and whoever looks finds nothing', async () => {
  const full = {
    async getDirectoryHandle(_: string, { create = false } = {}) {
      throw new DOMException('no', create ? 'QuotaExceededError' : 'NotFoundError');
    },
  } as unknown as FileSystemDirectoryHandle;
  const runs = openRuns(full);
  expect(await runs.list()).toEqual([]);
  expect(await runs.has('a')).toBe(false);
  await expect(runs.create(plain('a'), images)).rejects.toMatchObject({
    code: 'storage-full',
    message: expect.stringContaining('the run "a" was not kept'),
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type FakeOpfs, fakeOpfs } from '../../test/fake-opfs';
import { opfsCheckpointStore } from './opfs-checkpoint-store';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const files = (word: string) =>
  new Map([
    ['model.safetensors', new TextEncoder().encode(`weights ${word}`)],
    ['state.json', new TextEncoder().encode(`{"word":"${word}"}`)],
  ]);

describe.each([true, false])('with flushed handles %s', (withSyncHandles) => {
  const open = (keep?: number): { opfs: FakeOpfs; store: ReturnType<typeof opfsCheckpointStore> } => {
    const opfs = fakeOpfs({ withSyncHandles });
    return { opfs, store: opfsCheckpointStore(opfs.root, keep === undefined ? {} : { keep }) };
  };

  test('what was written is read, and the last ones are kept', async () => {
    const { opfs, store } = open();
    for (const step of [1, 2, 10]) await store.write(step, files(`of ${step}`));
    expect(await store.list()).toEqual([2, 10]);
    expect(text(await store.read(10, 'model.safetensors'))).toBe('weights of 10');
    expect(opfs.paths()).toHaveLength(6);
  });

  test('what is opened is read part by part, until a write removes it', async () => {
    const { store } = open(1);
    await store.write(1, files('one'));
    const opened = await store.open?.(1, 'model.safetensors');
    expect(opened?.length).toBe(11);
    expect(text((await opened?.read(8, 11)) as Uint8Array)).toBe('one');
    const sha256 = createHash('sha256').update('weights one').digest('hex');
    expect(await opened?.sha256()).toBe(sha256);
    await store.write(2, files('two'));
    await expect(opened?.read(0, 3)).rejects.toThrow(
      "The file model.safetensors of checkpoint 1 in the browser's storage is no longer there: use an older checkpoint.",
    );
    await expect(store.open?.(2, 'ema.safetensors')).rejects.toThrow('is missing');
  });

  test('a page that stops at any moment leaves the checkpoint before, or both, whole', async () => {
    const whole = open(1);
    await whole.store.write(1, files('one'));
    const before = whole.opfs.changes;
    await whole.store.write(2, files('two'));
    const moments = whole.opfs.changes - before;
    expect(moments).toBeGreaterThan(8);
    for (let moment = 0; moment <= moments; moment++) {
      const { opfs, store } = open(1);
      await store.write(1, files('one'));
      opfs.changesLeft = moment;
      const stopped = store.write(2, files('two')).catch(() => {});
      await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 10))]);
      opfs.changesLeft = Infinity;
      const next = opfsCheckpointStore(opfs.root, { keep: 1 });
      const steps = await next.list();
      expect(steps.length, `after ${moment} changes`).toBeGreaterThan(0);
      for (const step of steps) expect(text(await next.read(step, 'state.json'))).toMatch(step === 1 ? 'one' : 'two');
      // And the next write cleans up.
      await next.write(3, files('three'));
      expect(await next.list()).toEqual([3]);
      expect(opfs.paths()).toHaveLength(3);
    }
  });

  test('a second checkpoint of a step takes the place of the first only when it is whole', async () => {
    const { opfs, store } = open();
    await store.write(5, files('first'));
    opfs.quota = 130;
    await expect(store.write(5, files('second that is too long for what is left of it'))).rejects.toMatchObject({
      code: 'storage-full',
    });
    expect(text(await store.read(5, 'state.json'))).toBe('{"word":"first"}');
    opfs.quota = Infinity;
    await store.write(5, files('third'));
    expect(text(await store.read(5, 'state.json'))).toBe('{"word":"third"}');
    expect(await store.list()).toEqual([5]);
  });

  test('a full storage is a sentence, and older checkpoints stay', async () => {
    const { opfs, store } = open(1);
    await store.write(1, files('one'));
    const paths = opfs.paths();
    opfs.quota = 300;
    await expect(store.write(2, files('x'.repeat(400)))).rejects.toMatchObject({
      isDenoiserError: true,
      code: 'storage-full',
      message: expect.stringMatching(
        /^The browser's storage is full, so the checkpoint of step 2 was not kept: delete/,
      ),
    });
    expect(opfs.paths()).toEqual(paths);
    expect(await store.list()).toEqual([1]);
  });
});

test('a file that was altered is found by its checksum', async () => {
  const opfs = fakeOpfs();
  const store = opfsCheckpointStore(opfs.root);
  await store.write(1, files('one'));
  opfs.damage('step-00000001.1/model.safetensors');
  await expect(store.read(1, 'model.safetensors')).rejects.toMatchObject({
    isDenoiserError: true,
    message: expect.stringContaining('model.safetensors of checkpoint 1'),
  });
  expect(text(await store.read(1, 'state.json'))).toBe('{"word":"one"}');
});

test('a checkpoint that is not there is named with those that are', async () => {
  const store = opfsCheckpointStore(fakeOpfs().root);
  await expect(store.read(3, 'state.json')).rejects.toThrow('no checkpoint of step 3');
  await store.write(1, files('one'));
  await expect(store.read(3, 'state.json')).rejects.toThrow('choose one of 1');
  expect(() => opfsCheckpointStore(fakeOpfs().root, { keep: 0 })).toThrow('keep is the number');
});

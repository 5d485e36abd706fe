import { createHash } from 'node:crypto';
import { isDenoiserError } from '@denoiser/errors';
import { readCheckpoint } from '@denoiser/trainer/parts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changeBytes, changeJson, fuzz, type Random } from '../../../tests/fuzz';
import { openRuns } from '../src/storage/runs';
import { createHistory } from '../src/worker/history';
import { type FakeOpfs, fakeOpfs } from './fake-opfs';
import { closeAll, pageAndWorker, redAndBlue } from './in-node';

/** What a run has left in the browser's storage, by path. */
let kept: ReadonlyMap<string, Uint8Array>;
const run = 'a run';

beforeAll(async () => {
  const { client, opfs } = pageAndWorker();
  await client.start({ device: 'engine' });
  await client.train({
    ...{ run, images: redAndBlue(2), size: 8, steps: 3, checkpointEvery: { steps: 2 } },
    ...{ model: { baseWidth: 4, timeDim: 8 }, training: { batchSize: 2 } },
    samples: { every: { steps: 1 }, count: 2, steps: 1 },
  });
  kept = new Map(opfs.paths().map((path) => [path, opfs.read(path)]));
  expect(kept.size).toBeGreaterThan(10);
});
afterAll(closeAll);

/** A file that was changed, lost or put elsewhere, as JSON; one of a checkpoint with sums that fit it, or without. */
type Damage = { readonly path: string; readonly to: string; readonly base64?: string; readonly isSummed: boolean };

function damage(random: Random): Uint8Array {
  const paths = [...kept.keys()].filter((path) => /json$/.test(path) || random(4) === 0);
  const path = paths[random(paths.length)] as string;
  const bytes = kept.get(path) as Uint8Array;
  const changed = (path.endsWith('.json') ? changeJson : changeBytes)(random, [bytes]);
  const moved = path.replace(/step-\d+\.\d+/, () => `step-${'9'.repeat(1 + random(400))}.${random(3)}`);
  const isLost = random(20) === 0;
  const found: Damage = {
    path,
    to: random(10) === 0 ? moved : path,
    ...(!isLost && { base64: Buffer.from(changed).toString('base64') }),
    isSummed: random(4) > 0,
  };
  return new TextEncoder().encode(JSON.stringify(found));
}

function damagedStorage(bytes: Uint8Array): FakeOpfs {
  const opfs = fakeOpfs();
  const { path, to, base64, isSummed } = JSON.parse(new TextDecoder().decode(bytes)) as Damage;
  for (const [name, content] of kept) opfs.put(name, content);
  const content = base64 === undefined ? undefined : new Uint8Array(Buffer.from(base64, 'base64'));
  if (to !== path) opfs.put(path, undefined);
  opfs.put(to, content);
  const [folder, name] = [to.slice(0, to.lastIndexOf('/')), to.slice(to.lastIndexOf('/') + 1)];
  if (content && isSummed && folder.includes('/step-') && name !== 'manifest.json' && kept.has(`${folder}/${name}`)) {
    fitSums(opfs, `${folder}/state.json`, name, content);
    fitSums(opfs, `${folder}/manifest.json`, name, content);
    fitSums(opfs, `${folder}/manifest.json`, 'state.json', opfs.read(`${folder}/state.json`));
  }
  return opfs;
}

/** Makes a list of a checkpoint's files say what there is: damage that no sum finds. */
function fitSums(opfs: FakeOpfs, list: string, name: string, bytes: Uint8Array): void {
  try {
    const value = JSON.parse(new TextDecoder().decode(opfs.read(list)));
    if (!(name in value.files)) return;
    value.files[name] = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    opfs.put(list, new TextEncoder().encode(JSON.stringify(value)));
  } catch {
    // the list itself is what is damaged
  }
}

/** Does each of several things, of which some may be refused; throws the first refusal that is none in a sentence, or else the first. */
async function each(...things: readonly (() => Promise<unknown>)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const thing of things) await thing().catch((error) => faults.push(error));
  const worst = faults.find((error) => !isDenoiserError(error) || error.code === 'unexpected');
  if (worst) throw isDenoiserError(worst) ? new Error(worst.message) : worst;
  if (faults.length > 0) throw faults[0];
}

test('whatever lies in the storage, it is read or refused in a sentence, and can be deleted', async () => {
  const { runs, refused } = await fuzz({
    samples: [],
    change: damage,
    runs: 80,
    async read(bytes) {
      const stored = openRuns(damagedStorage(bytes).root);
      const infos = await stored.list(); // one damaged run hides no other
      for (const info of infos) expect([info.run, info.step >= 0, info.images]).toEqual([run, true, 4]);
      await stored.leftovers();
      const store = await stored.checkpoints(run, { keep: 2 }).catch(() => undefined);
      const steps = (await store?.list()) ?? [];
      for (const step of steps) expect(step).toSatisfy(Number.isSafeInteger);
      try {
        await each(
          () => stored.config(run),
          () => stored.images(run),
          async () => store && readCheckpoint(store, { files: ['ema.safetensors'] }),
          ...steps.flatMap((step) =>
            ['state.json', 'model.safetensors'].map((file) => async () => store?.read(step, file)),
          ),
          async () => {
            for (const step of store ? steps : []) {
              const history = await createHistory().recall(store as NonNullable<typeof store>, step);
              for (const loss of history?.losses ?? [])
                expect([typeof loss.step, typeof loss.loss]).toEqual(['number', 'number']);
              for (const { count, imageShape, labels, pixels } of history?.samples ?? []) {
                expect([pixels.length, labels.length]).toEqual([4 * count * imageShape[0] * imageShape[1], count]);
              }
            }
          },
        );
      } finally {
        await stored.delete(run);
        expect(await stored.list()).toEqual([]);
      }
    },
  });
  expect(refused).toBeGreaterThan(runs / 4);
});

test('whatever lies in the storage, a page goes on with it or says in a sentence why not', async () => {
  const report = vi.spyOn(console, 'error').mockImplementation(() => {});
  await fuzz({
    samples: [],
    change: damage,
    runs: 4,
    async read(bytes) {
      const { client } = pageAndWorker({ opfs: damagedStorage(bytes) });
      await client.runs();
      await each(
        async () => (await client.openModel(run)).dispose(),
        async () => {
          const training = client.resumeRun(run);
          for await (const { type } of training) if (type === 'progress') await training.stop();
        },
      );
      closeAll();
    },
  });
  expect(report).not.toHaveBeenCalled();
});

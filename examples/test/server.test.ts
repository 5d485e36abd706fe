import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { drawImages, encodePng, fileCheckpointStore, openModel, selectDevice } from '@denoiser/backend-node';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../server.mjs', import.meta.url));
const probe = pathToFileURL(fileURLToPath(new URL('event-loop-probe.mjs', import.meta.url))).href;
const side = 16;
const steps = 4;

let folder: string;
let run: string;
let server: ChildProcess;
let address: string;
let errors = '';

/** A run of a few steps, and the server on it. */
beforeAll(async () => {
  await selectDevice({ device: 'engine' });
  folder = await mkdtemp(join(tmpdir(), 'denoiser-server-'));
  run = join(folder, 'run');
  const model = createUNet({ channels: 3, baseWidth: 8, imageSize: side, seed: 1 });
  const trainer = createTrainer({ model, process: { type: 'cosine', steps: 50 }, seed: 0, batchSize: 2 });
  const images = Float32Array.from({ length: 2 * side * side * 3 }, (_, i) => Math.sin(i));
  const store = fileCheckpointStore(join(run, 'checkpoints'));
  await trainer.fit(memoryDataset({ images, imageShape: [side, side, 3] }), { steps: 2, checkpoints: { store } });
  trainer.dispose();
  model.dispose();

  server = spawn(process.execPath, ['--import', probe, program, run, '0'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  server.stderr?.on('data', (text) => {
    errors += text;
  });
  address = await new Promise((resolve, reject) => {
    server.stdout?.on('data', (text) => resolve(/http:\S+/.exec(String(text))?.[0] as string));
    server.on('exit', () => reject(new Error(errors)));
  });
});
afterAll(async () => {
  server.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** What the probe has seen since it was last asked. */
async function observe(): Promise<{ blocked: number; memory: number }> {
  server.send('observe');
  const [seen] = await once(server, 'message');
  return seen;
}

interface Answer {
  readonly seed: number;
  readonly status: number;
  readonly bytes: Buffer;
}

const ask = async (
  seed: number,
  { count = 1, signal }: { count?: number; signal?: AbortSignal } = {},
): Promise<Answer> => {
  const response = await fetch(`${address}/images?seed=${seed}&count=${count}&steps=${steps}`, { signal });
  return { seed, status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
};

/**
 * Asks 200 times, 40 at once, in the order of the seeds; every fifth client leaves before it can have its answer. Returns
 * the answers in the order in which they came.
 */
async function askOften(): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let first = 0; first < 200; first += 40) {
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const seed = first + i;
        if (seed % 5 > 0) {
          answers.push(await ask(seed));
          return;
        }
        const controller = new AbortController();
        const left = ask(seed, { signal: controller.signal });
        setTimeout(() => controller.abort(), 1 + i);
        await left.then((answer) => answers.push(answer)).catch(() => {}); // it may have been quicker
      }),
    );
  }
  return answers;
}

describe('the server', () => {
  let answers: Answer[];
  let seen: { blocked: number; memory: number };
  beforeAll(async () => {
    await ask(0);
    await observe();
    answers = await askOften();
    seen = await observe();
  });

  it('answers whoever has not left', () => {
    const stayed = answers.filter(({ seed }) => seed % 5 > 0);
    expect(stayed).toHaveLength(160);
    expect(new Set(stayed.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('gives each the image of its own seed, as it is drawn alone', async () => {
    using model = await openModel(run);
    for (const seed of [1, 64, 199]) {
      const alone = await drawImages(model, { seed, count: 1, steps, sampler: 'dpmpp-2m' });
      const answer = answers.find((one) => one.seed === seed);
      expect(answer?.bytes.equals((await encodePng(alone)).bytes)).toBe(true);
    }
  });

  it('serves in the order of arrival', async () => {
    const order: string[] = [];
    const large = ask(1, { count: 16 }).then(() => order.push('first'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const later = ask(2, { count: 16 }).then(() => order.push('second'));
    await Promise.all([large, later]);
    expect(order).toEqual(['first', 'second']);
  });

  it('was never blocked for 50 ms', () => expect(seen.blocked).toBeLessThan(50));

  it('takes no more memory for more requests', async () => {
    await askOften();
    const { memory } = await observe();
    expect(memory - seen.memory).toBeLessThan(64 * 2 ** 20);
  });

  it('refuses what its queue does not hold, and what is no option, and serves on', async () => {
    const crowd = await Promise.all(Array.from({ length: 100 }, (_, seed) => ask(seed, { count: 8 })));
    const count = (status: number) => crowd.filter((answer) => answer.status === status).length;
    expect(count(200)).toBeGreaterThanOrEqual(64);
    expect(count(503)).toBe(100 - count(200));
    expect(count(503)).toBeGreaterThan(0);
    expect(JSON.parse(String(crowd.find(({ status }) => status === 503)?.bytes))).toMatchObject({ code: 'queue-full' });
    expect((await ask(-1)).status).toBe(400);
    expect((await ask(1)).status).toBe(200);
  });

  it('ends when it is told to, without a word on stderr', async () => {
    server.kill('SIGTERM');
    const [code] = await once(server, 'exit');
    expect([code, errors]).toEqual([0, '']);
  });
});

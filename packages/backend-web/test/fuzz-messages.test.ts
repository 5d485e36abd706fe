import { planFor } from '@denoiser/samplers';
import { createUNet, loadUNet } from '@denoiser/unet';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeJson, fuzz, type Random } from '../../../tests/fuzz';
import { connectWorker, drawImages, evaluate, interpolate, invert } from '../src/index';
import type { Endpoint } from '../src/protocol/endpoint';
import { serveWorker } from '../src/worker';
import { fakeOpfs } from './fake-opfs';
import { fakeLocks, plainPicture, redAndBlue, tinyFile } from './in-node';

type Message = { readonly denoiser: number; readonly [part: string]: unknown };

const open: MessagePort[] = [];
function channel(): readonly [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) port.start();
  open.push(port1, port2);
  return [port1, port2];
}
/** Whatever nobody foresaw is reported here. */
const report = vi.spyOn(console, 'error');
beforeEach(() => void report.mockReset().mockImplementation(() => {}));
/** A machine as small as what it is asked for here: whatever takes more is refused by what there is, not by luck. */
beforeEach(() => {
  vi.spyOn(process, 'availableMemory').mockReturnValue(2 ** 28);
  vi.stubGlobal('navigator', { deviceMemory: 0.25 });
});
afterEach(() => {
  vi.unstubAllGlobals();
  for (const port of open.splice(0)) port.close();
});

/** Puts what JSON has no word for in the place of its name, as deep as samples go. */
function withArrays(value: unknown, arrays: Readonly<Record<string, () => unknown>>, depth = 0): unknown {
  if (typeof value === 'string' && Object.hasOwn(arrays, value)) return arrays[value]?.();
  if (typeof value !== 'object' || value === null || depth > 10) return value;
  const inner = (item: unknown) => withArrays(item, arrays, depth + 1);
  if (Array.isArray(value)) return value.map(inner);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, inner(field)]));
}

/** Posts what can be posted: no channel takes what is nested without end. */
function post(port: MessagePort, message: unknown): boolean {
  try {
    port.postMessage(message);
    return true;
  } catch {
    return false;
  }
}

/** Changes values of JSON, never its bytes: a channel brings values. */
const changeValues = (random: Random, samples: readonly Uint8Array[]) =>
  changeJson((below) => (below === 8 ? 1 + random(7) : random(below)), samples);
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** What pictures are scaled with, which Node has not. */
const ofBrowsers = /createImageBitmap|ImageData|OffscreenCanvas/;

/** What ends what a method has opened. */
const CLOSING: ReadonlyMap<unknown, string> = new Map([
  ['openModel', 'closeModel'],
  ['openImages', 'closeImages'],
]);

/** How long an answer is waited for that may be long in coming, such as a training of a billion steps. */
const PATIENCE_MS = 300;

test('whatever a worker is asked, it answers or says in a sentence what is wrong, and goes on', async () => {
  const [page, worker] = channel();
  const opfs = fakeOpfs();
  serveWorker(
    { createModel: createUNet, loadModel: loadUNet, defaults: { baseWidth: 4, timeDim: 8 } },
    { endpoint: worker as unknown as Endpoint, storage: async () => opfs.root, locks: fakeLocks() },
  );
  let last = 0;
  /** Asks, takes two events and gives up with the third, or after a while. */
  function ask(message: object, patience = Infinity): Promise<Partial<Message>> {
    const id = ++last;
    return new Promise((resolve) => {
      let events = 0;
      const end = (found: Partial<Message>) => {
        clearTimeout(timer);
        page.onmessage = null;
        resolve(found);
      };
      const giveUp = () => {
        page.postMessage({ denoiser: id, cancel: true });
        end({});
      };
      const timer = setTimeout(giveUp, Math.min(patience, 2 ** 31 - 1));
      page.onmessage = ({ data }: { data: Message }) => {
        if (data.denoiser !== id) return;
        if (!('event' in data)) end(data);
        else if (++events > 2) giveUp();
        else page.postMessage({ denoiser: id, taken: true });
      };
      if (!post(page, { ...message, denoiser: id })) end({});
    });
  }
  const answerOf = async (method: string, argument: unknown) =>
    ((await ask({ method, argument })) as { answer: { id: number } }).answer.id;

  await ask({ method: 'start', argument: { device: 'engine' } });
  const file = await tinyFile();
  const arrays = {
    '#file': () => file.slice(),
    '#pixels': () => new Uint8ClampedArray(256).fill(200),
    '#mask': () => new Float32Array(64).fill(0.5),
  };
  const model = await answerOf('openModel', { source: { file: file.slice() }, facts: {} });
  const images = await answerOf('openImages', { images: redAndBlue(1), size: 8 });
  const picture = { width: 8, height: 8, data: '#pixels' };
  const facts = {
    process: { type: 'linear', steps: 100 },
    prediction: 'epsilon',
    imageSize: 8,
    classNames: ['a', 'b'],
  };
  const draw = { count: 2, classes: ['0'], seed: 3, sampler: 'ddim', steps: 2, guidance: 2, batchSize: 2, eta: 0.5 };
  const plan = planFor({ process: { type: 'linear', steps: 100 } }, { sampler: 'ddpm', steps: 3 });
  const send = { pixels: ['x0'], values: ['x'], every: 2 };
  const samples = { every: { steps: 1 }, at: [1], count: 2, sampler: 'ddim', steps: 1, guidance: 2 };
  const training = {
    ...{
      run: 'r',
      isKept: false,
      ifExists: 'error',
      images,
      conditional: true,
      steps: 2,
      flip: true,
      keep: 1,
      samples,
    },
    ...{ model: { baseWidth: 4, timeDim: 8 }, training: { batchSize: 2, seed: 1, learningRate: 1e-3 } },
    ...{ checkpointEvery: { steps: 1 }, lossParts: { steps: 1 } },
  };
  const messages = Object.entries({
    start: [{ device: 'engine' }],
    openModel: [
      { source: { file: '#file', name: 'a.pt' }, facts: { ...facts, weights: 'ema' } },
      { source: { run: 'x' }, facts },
    ],
    closeModel: [77],
    drawImages: [
      { ...draw, send, indices: [4, 5] },
      { count: 2, image: picture, strength: 0.5, steps: 2, sharedNoise: true, negativeClass: '1' },
      { count: 2, sampler: 'euler', steps: 3, sigmas: 'karras', rho: 7, sigmaMin: 0.1, sigmaMax: 10, churn: 1 },
      { count: 1, sampler: 'unipc', spacing: 'leading', offset: 1, order: 2, variant: 'bh2', threshold: 'dynamic' },
      { count: 1, sampler: 'ddim', timesteps: [50, 20, 3], classes: [] },
      { count: 1, plan },
      { count: 1, inpaint: { image: picture, mask: '#mask' }, steps: 2, guidance: { scale: 2 } },
    ].map((request) => ({ model, request })),
    interpolate: [{ model, request: { from: 1, to: 2, count: 3, steps: 2, classes: ['0'], send } }],
    invert: [{ model, request: { image: picture, steps: 2, class: '0' } }],
    evaluate: [{ model, images, request: { count: 2, steps: 2 } }],
    attachCanvas: [{ canvas: {} }],
    detachCanvas: [3],
    openImages: [{ images: [{ name: 'a', source: picture, className: 'b' }], size: [8, 8], channels: 3 }],
    closeImages: [77],
    train: [
      training,
      {
        ...training,
        training: {
          ...{ batchSize: 2, process: { type: 'cosine', steps: 50, zeroTerminalSnr: true }, prediction: 'v' },
          ...{ weighting: { type: 'min-snr', gamma: 5 }, timesteps: { type: 'loss-second-moment', history: 3 } },
          ...{ learningRateSchedule: { type: 'cosine', warmup: 3 }, ema: { type: 'constant', decay: 0.9 } },
          ...{ postHocEma: { sigmaRel: [0.05, 0.1] }, variance: { type: 'learned-range' }, betas: [0.9, 0.99] },
          ...{ maxGradientNorm: 1, microBatchSize: 1, recompute: true, dropout: 0.1, weightDecay: 0.01 },
        },
      },
    ],
    resumeRun: [{ run: 'x', steps: 5 }],
    control: [{ run: 'x', action: 'stop' }],
    download: [{ run: 'x', weights: 'ema' }],
    deleteRun: ['x'],
  }).flatMap(([method, all]) => all.map((argument) => bytesOf({ method, argument })));

  await fuzz({
    samples: [],
    change: (random) => changeValues(random, messages),
    runs: 60,
    async read(bytes) {
      const message = withArrays(parsed(bytes), arrays);
      if (typeof message !== 'object' || message === null || !('method' in message)) return void post(page, message);
      const { answer, error } = (await ask(message, PATIENCE_MS)) as {
        answer?: { id?: number };
        error?: { code: string; message: string };
      };
      // A page closes what it has opened.
      const close = CLOSING.get(message.method);
      if (close && answer) await ask({ method: close, argument: answer.id });
      if (error?.code === 'unexpected' && !ofBrowsers.test(error.message)) throw new Error(error.message);
      if (error) throw Object.assign(new Error(error.message), { isDenoiserError: true });
    },
  });
  const request = { count: 1, sampler: 'ddim', steps: 2 };
  expect(
    await ask({ method: 'drawImages', argument: { model, request: { ...request, send: { pixels: [] } } } }),
  ).toHaveProperty('answer');
});

test('whatever a worker answers, the page has it or says in a sentence what is wrong', async () => {
  const image = { imageShape: [8, 8, 3], data: '#values', pixels: '#pixels', columns: 1, labels: [0] };
  const progress = { done: 1, total: 2 };
  const info = {
    ...{ architecture: { name: 'unet', config: {} }, parameterCount: 5, imageShape: [8, 8, 3], classNames: ['a'] },
    ...{ process: { type: 'linear', steps: 10 }, prediction: 'epsilon', learnedVariance: false, description: 'a' },
  };
  const step = {
    ...{ ...progress, index: 0, steps: 2, time: 3, first: 0, count: 1, images: 1, columns: 1, imageShape: [8, 8, 3] },
    ...{ pixels: { x0: '#pixels' }, values: {} },
  };
  const loss = { step: 1, loss: 0.5 };
  const valid = {
    openModel: { answer: { id: 1, info } },
    drawImages: { events: [step], answer: image },
    interpolate: { events: [step], answer: image },
    invert: { events: [progress], answer: { picture: image, noise: image, reconstruction: image, error: 0.1 } },
    evaluate: { events: [progress], answer: { images: 2 } },
    openImages: {
      events: [progress],
      answer: { id: 1, length: 2, imageShape: [8, 8, 3], classNames: [], skipped: [] },
    },
    train: {
      events: [
        { type: 'progress', step: 1, steps: 2, losses: [loss] },
        { type: 'done', status: 'finished', step: 2 },
      ],
    },
    runs: {
      answer: [{ run: 'a', step: 1, steps: 2, images: 3, imageShape: [8, 8, 3], classNames: [], bytes: 5, changed: 6 }],
    },
    download: { answer: '#bytes' },
  };
  const arrays = {
    '#values': () => new Float32Array(192),
    '#pixels': () => new Uint8ClampedArray(256),
    '#bytes': () => new Uint8Array(5),
  };
  const { refused } = await fuzz({
    samples: [bytesOf(valid)],
    change: changeValues,
    runs: 150,
    async read(bytes) {
      const answers = (withArrays(parsed(bytes), arrays) ?? {}) as Record<
        string,
        { events?: unknown; answer?: unknown }
      >;
      const [page, worker] = channel();
      worker.onmessage = ({ data: { denoiser, method } }) => {
        if (method === undefined) return;
        const { events, answer } = answers[method] ?? {};
        for (const event of Array.isArray(events) ? events : []) post(worker, { denoiser, event });
        post(worker, { denoiser, answer }) || post(worker, { denoiser });
      };
      const client = connectWorker(page as unknown as Worker);
      try {
        const model = await client.openModel(new Uint8Array(8));
        for await (const { imageShape, columns } of drawImages(model)) expect(imageShape).toHaveLength(3 + 0 * columns);
        expect((await drawImages(model)).image(0)).toBeInstanceOf(Float32Array);
        await interpolate(model, { from: 1, to: 2 });
        await invert(model, { image: plainPicture(8, [1, 2, 3]) });
        const images = redAndBlue(1);
        await evaluate(model, { images });
        expect(
          await client.train({ images, steps: 2, onStep: ({ loss }) => expect(loss).toBeTypeOf('number') }),
        ).toBeDefined();
        await Promise.all([client.runs(), client.download('a')]);
      } finally {
        for (const port of open.splice(0)) port.close();
      }
    },
  });
  expect(refused).toBeGreaterThan(0);
  expect(report).not.toHaveBeenCalled();
});

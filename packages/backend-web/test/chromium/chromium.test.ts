import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, launch, noChromium } from '../../../../tests/browser/harness/browser';
import { type Site, serve } from '../../../../tests/browser/harness/server';
import type { Web } from './page';

/** Page, worker, files and canvases of a real Chromium. */

declare const web: Web; // in the page

let folder: string;
let isolated: Site;
let plain: Site;

beforeAll(async () => {
  if (noChromium) return;
  folder = mkdtempSync(join(tmpdir(), 'denoiser-web-'));
  const here = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  await build({
    entryPoints: {
      page: here('page'),
      worker: here('worker'),
      'small-worker': here('small-worker'),
      'worker-ready': fileURLToPath(new URL('../../src/worker-ready.ts', import.meta.url)),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>test</title><script type="module" src="page.js"></script></html>',
  );
  isolated = await serve({ '/': folder }, { isolated: true });
  plain = await serve({ '/': folder }, { isolated: false });
});
afterAll(async () => {
  if (noChromium) return;
  await Promise.all([isolated, plain].map((site) => site?.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function openPage(browser: Browser, site: Site): Promise<Page> {
  const page = await browser.open(`${site.url}/`);
  await page.waitForFunction(() => 'web' in globalThis);
  return page;
}

/** The page's canvas shows these RGBA images in a grid, exactly; a picture takes a moment from the worker to it. */
async function expectShown(
  page: Page,
  images: readonly number[],
  { columns, size }: { columns: number; size: number },
) {
  const difference = async () => {
    const { width, rgba } = await page.evaluate(() => web.shown());
    if (width !== columns * size) return Infinity;
    let largest = 0;
    for (let i = 0; i < images.length; i++) {
      const [image, inside] = [Math.floor(i / (4 * size * size)), i % (4 * size * size)];
      const y = Math.floor(image / columns) * size + Math.floor(inside / (4 * size));
      const at = (y * columns + (image % columns)) * size * 4 + (inside % (4 * size));
      largest = Math.max(largest, Math.abs((rgba[at] as number) - (images[i] as number)));
    }
    return largest;
  };
  await expect.poll(difference, { timeout: 10_000 }).toBe(0);
}

describe.skipIf(noChromium)('Chromium without WebGPU', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch({ webgpu: false });
  });
  afterEach(() => expect(browser.problems.splice(0)).toEqual([]));
  afterAll(() => browser?.close());

  test('the engine has threads in an isolated page, and says how to get them in another', async () => {
    const start = async (site: Site) =>
      (await openPage(browser, site)).evaluate(async () => {
        const { client } = web.connect();
        const device = await client.start();
        client.close();
        return { device, cores: navigator.hardwareConcurrency };
      });
    const { device, cores } = await start(isolated);
    expect(device).toMatchObject({ name: 'engine', threads: cores });
    expect(device.advice).toBeUndefined();
    expect(device.candidates[0]).toMatchObject({ name: 'webgpu', available: false });
    const other = (await start(plain)).device;
    expect(other).toMatchObject({ name: 'engine', threads: 1 });
    expect(other.advice).toContain('Cross-Origin-Opener-Policy: same-origin');
  });

  test('a worker that cannot be loaded is an error, not a page that waits', async () => {
    const page = await openPage(browser, plain);
    const code = await page.evaluate(() =>
      web
        .connectWorker(new Worker('no-such-file.js', { type: 'module' }))
        .start()
        .then(
          () => 'started',
          (error) => error.code as string,
        ),
    );
    expect(code).toBe('worker-ended');
    browser.problems.splice(0); // Chromium says so, too
    await page.close();
  });

  test('WebGL can be asked for', async () => {
    const page = await openPage(browser, plain);
    const name = await page.evaluate(async () => {
      const { client } = web.connect();
      const device = await client.start({ device: 'webgl' });
      client.close();
      return device.name;
    });
    expect(name).toBe('webgl');
  });

  test('files become squares: turned as their EXIF says, and one that is no picture is named', async () => {
    const page = await openPage(browser, plain);
    const found = await page.evaluate(async () => {
      // Left half red, right half blue, and a note (EXIF orientation 6) that says: turn it to the right.
      const canvas = new OffscreenCanvas(64, 64);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      for (const [colour, x] of [
        ['#f00', 0],
        ['#00f', 32],
      ] as const) {
        context.fillStyle = colour;
        context.fillRect(x, 0, 32, 64);
      }
      const jpeg = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 })).arrayBuffer());
      const exif = [
        0xff, 0xe1, 0, 34, 69, 120, 105, 102, 0, 0, 77, 77, 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0,
        0, 0, 0, 0, 0,
      ];
      const turned = new Blob([jpeg.subarray(0, 2), Uint8Array.from(exif), jpeg.subarray(2)], { type: 'image/jpeg' });
      const { data } = await web.toSquare(turned, 8);
      const { client } = web.connect();
      const noPicture = { name: 'letter.txt', source: new Blob(['Dear …']) };
      const set = await client.openImages({ images: [{ name: 'a.jpg', source: turned }, noPicture], size: 8 });
      const none = await client.openImages({ images: [noPicture], size: 8 }).catch((error) => error.message);
      client.close();
      const other = web.connect().client;
      // What a canvas shows is as good as a file; the camera of this browser is missing.
      const bitmap = createImageBitmap(canvas);
      const images = [{ source: canvas, className: 'drawn' }, canvas, bitmap, bitmap.then(() => ({ source: bitmap }))];
      const drawn = await other.openImages({ images, size: 8 });
      const camera = await web.openCamera().catch((error) => error.code);
      other.close();
      return { top: [...data.slice(0, 4)], bottom: [...data.slice(-4)], set, none, drawn, camera };
    });
    expect(found.top[0]).toBeGreaterThan(240);
    expect(found.top[2]).toBeLessThan(15);
    expect(found.bottom[2]).toBeGreaterThan(240);
    expect(found.set).toMatchObject({
      length: 1,
      skipped: [expect.stringMatching(/^letter\.txt was left out: it is no picture/)],
    });
    expect(found.drawn).toMatchObject({ length: 4, classNames: ['drawn'], skipped: [] });
    expect(['camera-missing', 'camera-refused']).toContain(found.camera);
    expect(found.none).toMatch(/^There are no images to train on: letter\.txt/);
  });

  test('without a word of workers: pictures are trained on, drawn from and painted', async () => {
    const page = await openPage(browser, isolated);
    const found = await page.evaluate(async () => {
      const steps: number[] = [];
      const { run } = await web.train({
        images: await web.colours(4),
        size: 8,
        steps: 2,
        samples: null,
        onStep: ({ step }) => steps.push(step),
      });
      const model = await web.openModel({ run });
      const canvas = document.body.appendChild(document.createElement('canvas'));
      const drawing = web.drawImages(model, { sampler: 'ddim', steps: 3, count: 3, batchSize: 2, seed: 7 });
      const sizes = new Set<string>();
      for await (const step of drawing) {
        step.draw(canvas);
        sizes.add(`${canvas.width}×${canvas.height}`);
      }
      const images = await drawing;
      images.draw(canvas, { columns: 3 });
      const missing = await web.openModel('nothing.safetensors').catch((error) => error.code as string);
      const html = await web.openModel('/').catch((error) => error.message as string);
      web.closeWorker();
      const { config } = model.architecture;
      return { steps, sizes: [...sizes], pixels: [...images.pixels], config, missing, html };
    });
    expect(found.steps).toEqual([1, 2]);
    expect(found.sizes).toEqual(['16×16']);
    expect(found.config).toMatchObject({ baseWidth: 16, timeDim: 64, classes: 2 });
    expect(found.missing).toBe('file-unreachable');
    expect(found.html).toContain('the server sent a page instead');
    await expectShown(page, found.pixels, { columns: 3, size: 8 });
    browser.problems.splice(0); // Chromium tells of the file that is not there
    await page.close();
  });

  // Again if the thread was not blocked but kept waiting by a busy machine.
  test('train, reload, go on, sample to a canvas: the page’s thread is never blocked', { retry: 2 }, async () => {
    const name = `reloaded ${Date.now()}`;
    const page = await openPage(browser, isolated);
    const first = await page.evaluate(async (run) => {
      const { client } = web.connect();
      await client.start({ device: 'engine' });
      const images = await client.openImages({ images: await web.colours(8), size: 16 });
      const session = client.train({
        run,
        images,
        steps: 30,
        model: { baseWidth: 8, timeDim: 16 },
        training: { batchSize: 4 },
        checkpointEvery: { steps: 10 },
        samples: { every: { steps: 5 }, count: 4, steps: 3 },
      });
      for await (const event of session) if (event.type === 'checkpoint' && event.step >= 10) break;
      // Not a word to the worker: the page goes away in the middle of training.
      return web.longTasks;
    }, name);
    expect(first).toEqual([]);
    await page.reload();
    await page.waitForFunction(() => 'web' in globalThis);
    const second = await page.evaluate(async (name) => {
      const canvas = document.body.appendChild(document.createElement('canvas'));
      const { client } = web.connect();
      await client.start({ device: 'engine' });
      const [run] = await client.runs();
      const events = await web.follow(client.resumeRun(name));
      const model = await client.openModel({ run: name });
      const id = await client.attachCanvas(canvas);
      let last: Uint8ClampedArray | undefined;
      const request = { plan: web.plan, count: 3, canvas: { x0: id, columns: 2 } };
      for await (const { pixels } of web.drawImages(model, request)) last = pixels.x0;
      const { classNames, imageShape, step } = model;
      await client.deleteRun(name);
      return {
        run,
        events,
        info: { classNames, imageShape, step },
        last: [...(last ?? [])],
        left: (await client.runs()).map((other) => other.run),
        longTasks: web.longTasks,
      };
    }, name);
    expect(second.run?.step).toBeGreaterThanOrEqual(10);
    expect(second.events.at(-1)).toMatchObject({ type: 'done', status: 'finished', step: 30 });
    expect(second.info).toMatchObject({ classNames: ['blue', 'red'], imageShape: [16, 16, 3], step: 30 });
    await expectShown(page, second.last, { columns: 2, size: 16 });
    expect(second.left).not.toContain(name);
    expect(second.longTasks).toEqual([]);
    const measured = await page.evaluate(async () => {
      setTimeout(() => {
        for (const end = performance.now() + 100; performance.now() < end; );
      });
      await new Promise((resolve) => setTimeout(resolve, 500));
      return web.longTasks.length;
    });
    expect(measured).toBeGreaterThan(0); // such a task would have been seen
    await page.close();
  });

  test('a second tab on the same run is refused, until the first is closed', async () => {
    const [one, two] = [await openPage(browser, plain), await openPage(browser, plain)];
    await one.evaluate(async () => {
      const { client } = web.connect();
      await client.start({ device: 'engine' });
      const images = await client.openImages({ images: await web.colours(4), size: 8 });
      const request = {
        run: 'shared',
        images,
        steps: 100_000,
        model: { baseWidth: 4, timeDim: 8 },
        checkpointEvery: { steps: 5 },
        samples: null,
      };
      const events = client.train(request)[Symbol.asyncIterator]();
      for (;;) if ((await events.next()).value?.type === 'checkpoint') return;
    });
    const tryIt = () =>
      two.evaluate(async () => {
        const { client } = web.connect();
        await client.start({ device: 'engine' });
        const answer = await client.deleteRun('shared').then(
          () => 'deleted',
          (error) => error.message as string,
        );
        client.close();
        return answer;
      });
    expect(await tryIt()).toBe(
      'The run "shared" is being trained in another tab: stop it there, or choose another name.',
    );
    await one.close();
    await expect.poll(tryIt, { timeout: 20_000 }).toBe('deleted');
    await two.close();
  });

  test('when the browser’s quota is used up, training goes on and says so', async () => {
    const page = await openPage(browser, plain);
    const session = await browser.context.newCDPSession(page);
    const origin = new URL(plain.url).origin;
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 400_000 });
    const events = await page.evaluate(async () => {
      const { client } = web.connect();
      await client.start({ device: 'engine' });
      const images = await client.openImages({ images: await web.colours(4), size: 8 });
      return web.follow(
        client.train({
          run: 'full',
          images,
          steps: 3,
          model: { baseWidth: 16, timeDim: 16 },
          checkpointEvery: { steps: 2 },
          samples: null,
        }),
      );
    });
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'storage-full' }));
    expect(events.at(-1)).toMatchObject({ type: 'done', step: 3 });
    await page.close();
  });
});

describe.skipIf(noChromium)('Chromium with WebGPU', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch({ webgpu: true });
  });
  afterEach(() => expect(browser.problems.splice(0)).toEqual([]));
  afterAll(() => browser?.close());

  test('a GPU that is emulated is not chosen by itself', async () => {
    const page = await openPage(browser, isolated);
    const device = await page.evaluate(async () => {
      const { client } = web.connect();
      const chosen = await client.start();
      client.close();
      return chosen;
    });
    expect(device.name).toBe('engine');
    expect(device.candidates[0]?.reason).toContain('emulated in software');
  });

  test('images go from the GPU to the canvas, and nothing is read back but the result', async () => {
    const page = await openPage(browser, plain);
    const found = await page.evaluate(async () => {
      const { worker, client } = web.connect('small-worker');
      await client.start({ device: 'webgpu' });
      const reads = () =>
        new Promise<number>((resolve) => {
          const listen = ({ data }: MessageEvent) => {
            if (data.reads === undefined) return;
            worker.removeEventListener('message', listen);
            resolve(data.reads);
          };
          worker.addEventListener('message', listen);
          worker.postMessage('reads?');
        });
      const images = await client.openImages({ images: await web.colours(2), size: 8 });
      const request = { run: 'gpu', images, steps: 1, samples: null } as const;
      await web.follow(client.train({ ...request, training: { batchSize: 2 } }));
      const model = await client.openModel('gpu');
      await client.deleteRun('gpu');
      const canvas = document.body.appendChild(document.createElement('canvas'));
      const id = await client.attachCanvas(canvas);
      let pixels: Uint8ClampedArray | undefined;
      const sampled = { plan: web.plan, count: 3, seed: 4 };
      for await (const step of web.drawImages(model, sampled)) pixels = step.pixels.x0;
      const before = await reads();
      for await (const _ of web.drawImages(model, {
        ...sampled,
        canvas: { x0: id, columns: 3 },
        send: { pixels: [] },
      }));
      const after = await reads();
      return { pixels: [...(pixels ?? [])], reads: after - before };
    });
    expect(found.reads, 'of three steps').toBe(1);
    await expectShown(page, found.pixels, { columns: 3, size: 8 });
    await page.close();
  });

  test('a lost device: training goes on from the last checkpoint on a new one, as if nothing had been', async () => {
    const page = await openPage(browser, plain);
    const found = await page.evaluate(async () => {
      const { worker, client } = web.connect('small-worker');
      await client.start({ device: 'webgpu' });
      const images = await client.openImages({ images: await web.colours(4), size: 8 });
      const request = { images, steps: 150, training: { batchSize: 2 }, checkpointEvery: { steps: 20 }, samples: null };
      const whole = await web.follow(client.train({ ...request, run: 'whole' }));
      const model = await client.openModel('whole');
      let isLost = false;
      const lost = await web.follow(client.train({ ...request, run: 'lost' }), (event) => {
        if (isLost || event.type !== 'checkpoint' || event.step < 40) return;
        isLost = true;
        worker.postMessage({ denoiser: 1e9, method: 'loseDevice' });
      });
      // What was loaded to draw with is on the new device, too.
      let drawn = 0;
      for await (const { pixels } of web.drawImages(model, { plan: web.plan, count: 1, classes: [0] })) {
        drawn += pixels.x0?.length ?? 0;
      }
      client.close();
      return { whole, lost, drawn };
    });
    const { whole, lost, drawn } = found;
    const types = lost.map(({ type }) => type);
    const at = types.indexOf('device-lost');
    expect(at).toBeGreaterThan(0);
    const recovered = lost.find((event) => event.type === 'device-recovered');
    expect(recovered?.device.name).toBe('webgpu');
    expect(recovered?.step).toBe(lost.slice(0, at).findLast((event) => event.type === 'checkpoint')?.step);
    const lossesOf = (events: typeof lost) =>
      events.flatMap((event) => (event.type === 'progress' ? event.losses : []));
    const after = lossesOf(lost.slice(at));
    expect(after.map(({ step }) => step)).toEqual(
      Array.from({ length: 150 - (recovered?.step ?? 0) }, (_, i) => (recovered?.step ?? 0) + i + 1),
    );
    expect(after).toEqual(lossesOf(whole).slice(recovered?.step));
    expect(lost.at(-1)).toEqual({ type: 'done', status: 'finished', step: 150 });
    expect(drawn).toBe(3 * 8 * 8 * 4);
    await page.close();
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { torchFileOf } from '../../../packages/pytorch/test/torch-file';
import { noChromium } from '../harness/browser';
import { type Demo, look, saved, startDemo } from '../harness/demo';
import { describeTasks, measureTasks } from '../harness/tasks';

/** The sample tab, as somebody uses it who wants pictures: on WebGPU, and in a browser that has none. */

/** What another device drew from the same seed. */
let elsewhere: number[] | undefined;

describe.skipIf(noChromium).each([
  { webgpu: true, query: '?device=webgpu', isolated: false, device: 'the GPU, by WebGPU', most: 3, steps: 1 },
  { webgpu: false, query: '', isolated: true, device: 'the CPU engine', most: 10, steps: 10 },
])('the sample tab on $device', ({ webgpu, query, isolated, device, most, steps }) => {
  let demo: Demo;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo({ webgpu, isolated });
    // Without guidance the network runs over half as many pictures, which on a GPU in software is half of the time.
    page = await demo.open('sample?model=digits&guidance=0', query);
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const number = (label: string) => page.getByRole('spinbutton', { name: label, exact: true });
  const picture = (i: number): Locator => page.getByRole('button', { name: new RegExp(`^Picture ${i}, [^,]+$`) });
  const pixels = (of: Locator) => of.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

  /** Draws with what the controls say, to the end. */
  async function draw(steps: number): Promise<void> {
    await number('Steps').fill(String(steps));
    await button('Draw pictures').click();
    await page.getByText(`${steps} of ${steps} steps`).waitFor({ timeout: 300_000 });
  }

  test('loads the model that comes with the page, and says what computes', async () => {
    await button('Draw pictures').waitFor({ timeout: 60_000 });
    await expect.poll(() => page.getByRole('region', { name: 'Device' }).innerText()).toContain(device);
    await page.getByText(/32×32 grey, 10 classes/).waitFor();
  });

  test('draws one of each class while the page stays alive', async () => {
    await page.getByRole('slider', { name: 'How many' }).fill(String(most));
    const tasks = await measureTasks(page, () => draw(steps));
    console.log(describeTasks(`Sampling on ${device}`, tasks));
    expect(tasks.longest).toBeLessThan(50);
    expect(await picture(3).getAttribute('aria-label')).toBe('Picture 3, 2');
    await look(page, `sample-${webgpu ? 'webgpu' : 'engine'}`);
  });

  test('draws on every device the same', async () => {
    await page.getByRole('slider', { name: 'How many' }).fill('3');
    await draw(2);
    const values = await picture(3)
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext('2d')?.getImageData(0, 0, 32, 32).data ?? [])]);
    expect(new Set(values).size).toBeGreaterThan(20);
    elsewhere ??= values;
    const apart = values.map((value, i) => Math.abs(value - (elsewhere?.[i] ?? Number.NaN)));
    expect(Math.max(...apart), 'levels of 255').toBeLessThanOrEqual(1);
  });

  test('the same seed draws the same pictures, another one others', async () => {
    await draw(1);
    const first = await pixels(picture(1));
    await draw(1);
    expect(await pixels(picture(1))).toBe(first);
    await number('Seed').fill('3');
    await draw(1);
    expect(await pixels(picture(1))).not.toBe(first);
  });

  if (webgpu) return; // What follows is the page's own; in software it takes long.

  test('replays a picture step by step', async () => {
    await page.getByRole('slider', { name: 'Guidance' }).fill('2');
    await page.getByRole('slider', { name: 'How many' }).fill('4');
    await draw(10);
    await picture(2).click();
    const replay = page.getByRole('region', { name: 'Picture 2 (1), step by step' });
    const step = replay.getByRole('slider', { name: 'Replay step' });
    const shown = () =>
      replay
        .locator('canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const end = await shown();
    await step.press('Home');
    expect(await step.getAttribute('aria-valuetext')).toMatch(/^1 of 10, t = 9\d\d$/);
    expect(await shown()).not.toBe(end);
    await replay.getByRole('button', { name: 'Replay' }).click();
    await expect.poll(() => step.getAttribute('aria-valuetext'), { timeout: 20_000 }).toMatch(/^10 of 10/);
    expect(await shown()).toBe(end);
  });

  test('saves a PNG and an animation', async () => {
    const png = await saved(page, () => button('Save all as PNG').click());
    expect(png.name).toBe('pictures.png');
    const { format, width = 0, height = 0 } = await sharp(readFileSync(png.path)).metadata();
    expect(format).toBe('png');
    expect(width).toBeGreaterThan(3.5 * height);
    await page.route('**/save-animation*.js', (route) => route.abort());
    await button('Save all as animation').click();
    await page.getByRole('alert').getByText('could not be fetched. Check your connection').waitFor();
    await page.unroute('**/save-animation*.js');
    demo.browser.problems.length = 0; // the browser itself tells of the request that failed
    const tasks = await measureTasks(page, async () => {
      const gif = await saved(page, () => button('Save all as animation').click());
      expect(await page.getByRole('alert').count()).toBe(0);
      expect(gif.name).toBe('pictures.gif');
      expect((await sharp(readFileSync(gif.path)).metadata()).pages).toBe(10);
    });
    console.log(describeTasks('Making an animation', tasks));
    expect(tasks.longest).toBeLessThan(50);
  });

  test('paints over a part and fills it; the rest stays', async () => {
    await number('Steps').fill('5');
    const area = page.getByRole('application', { name: /What to paint over/ });
    await area.scrollIntoViewIfNeeded();
    const box = (await area.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.8);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.85, { steps: 5 });
    await page.mouse.up();
    await button('Fill it in').click();
    const variants = page.getByRole('img', { name: /^Filled, variant/ });
    await expect.poll(() => button('Fill it in').isEnabled(), { timeout: 120_000 }).toBe(true);
    expect(await variants.count()).toBe(4);
    const top = (of: Locator) =>
      of.evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext('2d')?.getImageData(0, 0, 32, 16).data ?? [])]);
    const before = await top(picture(2).locator('canvas'));
    const after = await top(variants.first());
    const apart = before.map((value, i) => Math.abs(value - (after[i] ?? Number.NaN)));
    expect(Math.max(...apart), 'levels of 255').toBeLessThanOrEqual(1);
    await look(page, 'sample-inpaint');
  });

  const classOfRow = () => page.getByRole('combobox', { name: 'Class of the row' });

  test('a row between two seeds', async () => {
    await number('From seed').fill('5');
    await classOfRow().selectOption('7');
    await button('Draw the row').click();
    await expect.poll(() => button('Draw the row').isEnabled(), { timeout: 120_000 }).toBe(true);
    expect(await page.getByRole('img', { name: /% of the way/ }).count()).toBe(9);
  });

  test('stops when it is told to', async () => {
    await page.getByRole('combobox', { name: 'Solver' }).selectOption({ label: 'DDPM' });
    await number('Steps').fill('1000');
    await button('Draw pictures').click();
    await page.getByText(/^Step \d+ of 1000/).waitFor();
    await button('Stop').click();
    await expect.poll(() => button('Draw pictures').isEnabled()).toBe(true);
    expect(await page.getByText(/^\d+ of 1000 steps/).innerText()).not.toMatch(/^1000/);
  });

  test('another solver and β instead of the posterior variance draw other pictures', async () => {
    await page.getByRole('slider', { name: 'How many' }).fill('1');
    await page.getByRole('combobox', { name: 'Solver' }).selectOption({ label: 'DDPM' });
    await draw(5);
    const posterior = await pixels(picture(1));
    await page.getByRole('radio', { name: 'β', exact: true }).check();
    await draw(5);
    expect(await pixels(picture(1))).not.toBe(posterior);
    await page.getByRole('combobox', { name: 'Solver' }).selectOption({ label: 'DPM-Solver++ 2M' });
    await draw(5);
    expect(await pixels(picture(1))).not.toBe(posterior);
  });

  test('a file that is no model gets a sentence, and the digits stay', async () => {
    await button('Another model').click();
    const file = {
      name: 'poem.safetensors',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from('Roses are red.'),
    };
    await page.getByLabel('Open a model file…').last().setInputFiles(file);
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/safetensors/);
    await look(page, 'sample-failure');
    await page.getByText(/32×32 grey, 10 classes/).waitFor();
    await draw(5);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a checkpoint of PyTorch and the files of a model of diffusers open', async () => {
    const digits = fileURLToPath(new URL('../../../packages/model-digits/digits.safetensors', import.meta.url));
    await tf.setBackend('cpu');
    const network = createUNet({ channels: 1, baseWidth: 8, timeDim: 32, classes: 10 });
    const { tensors } = await network.exportParameters(network.parameters);
    const mimeType = 'application/octet-stream';
    const open = async (files: { name: string; buffer: Buffer }[]) => {
      if (!(await page.getByLabel('Open a model file…').last().isVisible())) await button('Another model').click();
      const given = files.map((file) => ({ ...file, mimeType }));
      await page.getByLabel('Open a model file…').last().setInputFiles(given);
    };
    await open([{ name: 'ckpt.pt', buffer: Buffer.from(torchFileOf({ ema: tensors })) }]);
    await page.getByRole('heading', { name: 'ckpt.pt' }).waitFor({ timeout: 60_000 });
    await page.getByText(/64×64 grey, 10 classes/).waitFor(); // which the file does not say
    // The row and its class were the other model's; seeds are anybody's.
    expect(await page.getByRole('img', { name: /% of the way/ }).count()).toBe(0);
    expect(await classOfRow().inputValue()).toBe('0');
    expect(await number('From seed').inputValue()).toBe('5');
    const json = (value: object) => Buffer.from(JSON.stringify(value));
    await open([
      { name: 'config.json', buffer: json({ sample_size: 16, block_out_channels: [8, 16] }) },
      { name: 'diffusion_pytorch_model.safetensors', buffer: readFileSync(digits) },
    ]);
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/config\.json/);
    await button('Back to the digits').click();
    await page.getByText(/32×32 grey, 10 classes/).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('another model in the middle of a drawing ends the drawing, without an error', async () => {
    await page.getByRole('combobox', { name: 'Solver' }).selectOption({ label: 'DDPM' });
    await number('Steps').fill('1000');
    await button('Draw pictures').click();
    await page.getByText(/^Step \d+ of 1000/).waitFor();
    if (!(await page.getByLabel('Open a model file…').last().isVisible())) await button('Another model').click();
    const digits = fileURLToPath(new URL('../../../packages/model-digits/digits.safetensors', import.meta.url));
    await page.getByLabel('Open a model file…').last().setInputFiles(digits);
    await page.getByRole('heading', { name: 'digits.safetensors' }).waitFor({ timeout: 60_000 });
    await draw(5);
    await page.getByRole('combobox', { name: 'Solver' }).selectOption({ label: 'DDPM' });
    await number('Steps').fill('1000');
    await button('Draw pictures').click();
    await page.getByText(/^Step \d+ of 1000/).waitFor();
    await button('Back to the digits').click();
    await page.getByRole('heading', { name: 'Handwritten digits' }).waitFor({ timeout: 60_000 });
    await draw(5);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});

describe.skipIf(noChromium)('whoever opens the sample tab', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true, reducedMotion: 'no-preference' });
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  test('sees pictures come without a press, what it took, and how to draw them elsewhere', async () => {
    const page = await demo.open('sample?model=digits&count=3&solver=ddpm&steps=4&class=7');
    await page.getByText(/^3 pictures, 4 steps, [\d.]+ s, the first one seen after [\d.]+ s, on your CPU$/).waitFor();
    const code = page.getByRole('region', { name: 'Draw this in your own program' });
    expect(await code.innerText()).toContain("classes: ['7'],");
    expect(await code.innerText()).toContain(
      'npx denoiser sample --model digits --sampler ddpm --steps 4 --variance posterior --seed 1 --count 3 --class 7',
    );

    // A step back, as an equation of pictures.
    const slider = page.getByRole('slider', { name: 'Replay step' });
    await slider.press('Home');
    await page.getByText('The first step starts from pure noise').waitFor();
    await slider.press('ArrowRight');
    for (const part of ['the guess', 'what it had', 'fresh noise']) {
      await page.getByRole('img', { name: part, exact: true }).waitFor();
    }

    // Two settings side by side, and a new seed by one press.
    await page.getByRole('button', { name: 'Keep these to compare' }).click();
    await page.getByRole('radio', { name: 'β', exact: true }).check();
    await page.getByRole('button', { name: 'New seed' }).click();
    await page.getByText(/^Kept: DDPM, β̃, guidance 2, seed 1/).waitFor();
    await page.getByText(/^Now: DDPM, β, guidance 2, seed \d+ \(3 pictures/).waitFor();
    await look(page, 'sample-at-once');
    await page.close();
  });

  test('has a word spelt', async () => {
    const page = await demo.open('sample?model=glyphs&steps=2&word=Hi');
    await page.getByText(/^2 letters, 2 steps/).waitFor();
    await page.getByRole('textbox', { name: 'Type a word' }).fill('No7?');
    await page.getByText(/^3 letters, 2 steps/).waitFor();
    await page.getByRole('button', { name: 'Picture 3, 7', exact: true }).waitFor();
    await look(page, 'sample-word');
    await page.close();
  });
});

describe.skipIf(noChromium)('a page that is not cross-origin isolated, without WebGPU', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: false });
  });
  afterAll(() => demo?.close());

  test('computes on one thread, says how to get more, and gets it', async () => {
    const page = await demo.open('sample?model=digits');
    await page.getByRole('button', { name: 'Draw pictures' }).waitFor({ timeout: 60_000 });
    const device = page.getByRole('region', { name: 'Device' });
    await expect.poll(() => device.innerText()).toMatch(/Cross-Origin-Opener-Policy/);
    await device.getByText('Why this device, and the others').click();
    expect(await device.innerText()).toMatch(/webgpu \(not available here\)/);
    await look(page, 'sample-not-isolated');

    // A service worker of the page's own adds the headers.
    const loaded = page.waitForEvent('load');
    await device.getByRole('button', { name: 'Use all cores' }).click();
    await loaded;
    await expect.poll(() => device.innerText(), { timeout: 60_000 }).toMatch(/the CPU engine, \d+ threads/);
    demo.expectNoProblems();
  });
});

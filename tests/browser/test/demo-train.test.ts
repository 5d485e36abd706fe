import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, look, saved, startDemo } from '../harness/demo';
import { describeTasks, measureTasks } from '../harness/tasks';
import { button, number, start, stepsDone } from '../harness/training';

/** The train tab, as somebody uses it who has a few pictures and ten minutes. */

const work = mkdtempSync(join(tmpdir(), 'denoiser-train-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const denoiser = fileURLToPath(new URL('../../../packages/cli/bin/denoiser.js', import.meta.url));

describe.skipIf(noChromium)('the train tab on the CPU engine', () => {
  let demo: Demo;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true });
    page = await demo.open('train');
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  test('pictures come from the page itself, from files and from the pen', async () => {
    const warnings: string[] = [];
    page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
    expect(await button(page, 'Start training').isDisabled()).toBe(true);
    await button(page, 'Use the faces').dblclick(); // they come once
    const classes = page.getByRole('list', { name: 'Classes' });
    await expect.poll(() => classes.innerText()).toMatch(/happy 200[\s\S]*sad 200[\s\S]*surprised 200/);

    await page.getByRole('textbox', { name: 'Class of new pictures' }).fill('stripe');
    const stripe = { create: { width: 24, height: 24, channels: 3 as const, background: '#d22' } };
    const buffer = await sharp(stripe).extend({ left: 24, right: 24, background: '#fff' }).png().toBuffer();
    const files = [1, 2].map((i) => ({ name: `stripe-${i}.png`, mimeType: 'image/png', buffer }));
    await page.getByLabel('Add pictures…').last().setInputFiles(files);
    await expect.poll(() => classes.innerText()).toContain('stripe 2');

    await page.getByText('Draw some').click();
    const pad = page.getByRole('application', { name: /Drawing/ });
    const shown = () => pad.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const empty = await shown();
    const stroke = async () => {
      await pad.scrollIntoViewIfNeeded();
      const box = (await pad.boundingBox()) as { x: number; y: number };
      await page.mouse.move(box.x + 40, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + 120, box.y + 120, { steps: 4 });
      await page.mouse.up();
    };
    await stroke();
    const drawn = await shown();
    await page.getByRole('checkbox', { name: 'Rub out' }).check();
    await stroke();
    expect(await shown()).not.toBe(drawn);
    await button(page, 'Undo the stroke').click();
    expect(await shown()).toBe(drawn);
    await button(page, 'Undo the stroke').click();
    expect(await shown()).toBe(empty);
    await page.getByRole('checkbox', { name: 'Rub out' }).uncheck();
    for (const count of [18, 34]) {
      await stroke();
      await button(page, 'Add the drawing as stripe').click();
      await expect.poll(() => classes.innerText(), { timeout: 30_000 }).toContain(`stripe ${count}`);
    }
    expect(warnings, 'as of a canvas that is read often and lies where that is slow').toEqual([]);

    // The newest first, all if they are asked for, and each can go and come back.
    const remove = page.getByRole('button', { name: /^Remove (drawing|stripe-)/ });
    await button(page, 'Remove one by one: stripe').click();
    expect(await remove.count()).toBe(16);
    expect(await remove.first().getAttribute('aria-label')).toBe('Remove drawing 2.16');
    await button(page, 'Show 18 more of stripe').click();
    expect(await remove.count()).toBe(34);
    await button(page, 'Remove drawing 2.15').click();
    expect(await remove.nth(1).getAttribute('aria-label')).toBe('Remove drawing 2.14');
    expect(await remove.nth(1).evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByText('One picture was removed.').waitFor();
    await look(page, 'train-pictures');
    await button(page, 'Undo').click();
    expect(await remove.count()).toBe(34);
    await button(page, 'Remove all of stripe').click();
    await expect.poll(() => classes.innerText()).not.toContain('stripe');
  });

  test('trains while the page stays alive, pauses, goes on, and stops', async () => {
    const tasks = await measureTasks(page, async () => {
      await start(page, { steps: 200, batchSize: 4 });
      await expect.poll(() => stepsDone(page), { timeout: 120_000 }).toBeGreaterThan(30);
    });
    console.log(describeTasks('Training on the CPU engine', tasks));
    expect(tasks.longest).toBeLessThan(50);
    expect(await page.getByRole('img', { name: /^Loss over/ }).count()).toBe(1);

    // One picture's loss, as an equation of pictures that follows training unless it is held.
    const equation = page.getByRole('region', { name: 'The loss, as an equation' });
    for (const part of ['what the network sees', 'its answer', 'squared, dark is right']) {
      await equation.getByRole('img', { name: part }).waitFor();
    }
    await button(page, 'Hold this one').click();
    const shown = () => equation.getByText(/^A picture from step \d+/).innerText();
    const held = await shown();
    const then = await stepsDone(page);
    await expect.poll(() => stepsDone(page), { timeout: 60_000 }).toBeGreaterThan(then + 10);
    expect(await shown()).toBe(held);
    await button(page, 'Hold this one').click();
    await expect.poll(shown, { timeout: 30_000 }).not.toBe(held);

    await button(page, 'Pause').click();
    await button(page, 'Go on').waitFor();
    const paused = await stepsDone(page);
    await page.waitForTimeout(500);
    expect(await stepsDone(page), 'steps while it pauses').toBe(paused);
    await button(page, 'Go on').click();
    await expect.poll(() => stepsDone(page), { timeout: 60_000 }).toBeGreaterThan(paused);
    await button(page, 'Stop').click();
    await page.getByText(/^Stopped at step/).waitFor({ state: 'attached', timeout: 60_000 });
    await look(page, 'train-stopped');
  });

  test('a run outlives the page: after a reload it goes on where it was', async () => {
    await page.reload();
    const kept = page.getByRole('region', { name: 'Kept in this browser' });
    await expect.poll(() => kept.innerText(), { timeout: 60_000 }).toMatch(/first-try step \d+ of 200/);
    const step = Number(/step (\d+) of/.exec(await kept.innerText())?.[1]);
    // So do the pictures that were gathered.
    await expect
      .poll(() => page.getByRole('list', { name: 'Classes' }).innerText())
      .toMatch(/happy 200[\s\S]*sad 200[\s\S]*surprised 200/);
    expect(step).toBeGreaterThan(30);
    await button(page, 'Resume first-try').click();
    await expect.poll(() => stepsDone(page), { timeout: 60_000 }).toBeGreaterThan(step);
    // What was shown before is shown again: the curve from its first step, the samples from theirs.
    await page.getByText('How they came about').click();
    await page.getByRole('img', { name: 'pictures drawn at step 1', exact: false }).first().waitFor();
    const curve = page.getByRole('img', { name: /^Loss over/ });
    expect(Number(await curve.locator('text[text-anchor="middle"]').first().textContent())).toBeLessThan(step);
    await page.getByText('Trained to step 200.').waitFor({ state: 'attached', timeout: 120_000 });
    const samples = page.getByRole('img', { name: /pictures drawn at step [12]00$/ });
    expect(await samples.count()).toBeGreaterThan(0);
    expect(await number(page, 'Train until step').inputValue()).toBe('400');
    await look(page, 'train-done');
  });

  test('its network draws in the sample tab, and with its file the command draws the same', async () => {
    const { name, path } = await saved(page, () => button(page, 'Download safetensors').click());
    expect(name).toBe('first-try.safetensors');

    await button(page, 'Use it in Sample').click();
    await page.getByText(/16×16 colour, 3 classes/).waitFor({ timeout: 60_000 });
    await page.getByRole('slider', { name: 'How many' }).fill('3');
    await page.getByRole('combobox', { name: 'Solver' }).selectOption({ label: 'UniPC' });
    await page.getByRole('slider', { name: 'Guidance' }).fill('2');
    await number(page, 'Steps').fill('5');
    await number(page, 'Seed').fill('1');
    await button(page, 'Draw pictures').click();
    await page.getByText('5 of 5 steps').waitFor({ timeout: 60_000 });
    const sad = page.getByRole('button', { name: 'Picture 2, sad', exact: true }).locator('canvas');
    const inPage = await sad.evaluate((canvas: HTMLCanvasElement) => [
      ...(canvas.getContext('2d')?.getImageData(0, 0, 16, 16).data ?? []),
    ]);
    await look(page, 'train-sampled');
    const tasks = await measureTasks(page, async () => {
      const gif = await saved(page, () => button(page, 'Save all as animation').click());
      expect((await sharp(readFileSync(gif.path)).metadata()).pages).toBe(5);
    });
    console.log(describeTasks('Making an animation in colour', tasks));
    expect(tasks.longest).toBeLessThan(50);

    const file = join(work, name);
    copyFileSync(path, file);
    const out = join(work, 'grid.png');
    const choice = ['--sampler', 'unipc', '--steps', '5', '--seed', '1', '--guidance', '2', '--count', '3'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [denoiser, 'sample', file, ...choice, '--device', 'engine', '--out', out],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    expect(status, stdout).toBe(0);
    // A grid has 2 pixels between pictures, and shows small ones four times as large.
    const second = sharp(out).extract({ left: 2 + 66, top: 2, width: 64, height: 64 });
    const byCommand = await second.resize(16, 16, { kernel: 'nearest' }).ensureAlpha().raw().toBuffer();
    const apart = inPage.map((value, i) => Math.abs(value - (byCommand[i] ?? Number.NaN)));
    expect(Math.max(...apart), 'levels of 255').toBeLessThanOrEqual(1);
  });

  test('a second start under the same name replaces the run, and one that fails leaves what is shown', async () => {
    await page.getByRole('tab', { name: 'Train' }).click();
    const ended = page.getByText('Trained to step 12.');
    const hint = page.getByText('This replaces the kept run of the same name.');
    for (const time of ['first', 'second']) {
      await hint.waitFor();
      if (time === 'first') await start(page, { steps: 12, batchSize: 4 });
      else await button(page, 'Start training').click();
      await page.getByText('Training is being prepared.').waitFor({ state: 'attached' });
      await ended.waitFor({ state: 'attached', timeout: 60_000 });
      expect(await page.getByRole('alert').count()).toBe(0);
    }

    const other = await demo.open('train');
    await other.getByRole('list', { name: 'Classes' }).waitFor();
    await start(other, { steps: 100_000, batchSize: 4 });
    await expect.poll(() => stepsDone(other), { timeout: 60_000 }).toBeGreaterThan(2);
    await button(page, 'Start training').click();
    await expect.poll(() => page.getByRole('alert').first().innerText()).toMatch(/being trained in another tab/);
    await look(page, 'train-refused');
    expect(await stepsDone(page), 'the steps of the run before').toBe(12);
    expect(await page.getByRole('img', { name: /^Loss over/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: 'pictures drawn at step 12' }).count()).toBe(1);
    await button(other, 'Stop').click();
    await other.getByText(/^Stopped at step/).waitFor({ state: 'attached', timeout: 60_000 });
    await other.close();
  });

  test('a run is deleted when the user says so', async () => {
    page.once('dialog', (dialog) => dialog.accept());
    await button(page, 'Delete first-try').click();
    const kept = page.getByRole('region', { name: 'Kept in this browser' });
    await expect.poll(() => kept.count(), { timeout: 30_000 }).toBe(0);
  });
});

describe.skipIf(noChromium)('the train tab on WebGPU', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: true, isolated: false });
  });
  afterAll(() => demo?.close());

  test('trains and keeps what it learned', async () => {
    const page = await demo.open('train', '?device=webgpu');
    await button(page, 'Use the faces').click();
    const tasks = await measureTasks(page, async () => {
      await start(page, { steps: 1000, batchSize: 2 });
      await expect.poll(() => stepsDone(page), { timeout: 300_000 }).toBeGreaterThan(0);
    });
    await button(page, 'Stop').click(); // at the end it would draw samples, which takes long in software
    await page.getByText(/^Stopped at step/).waitFor({ state: 'attached', timeout: 120_000 });
    console.log(describeTasks('Training on WebGPU', tasks));
    expect(tasks.longest).toBeLessThan(50);
    await look(page, 'train-webgpu');
    await page.reload();
    const kept = page.getByRole('region', { name: 'Kept in this browser' });
    await expect.poll(() => kept.innerText(), { timeout: 60_000 }).toMatch(/step [1-9]\d* of 1000/);
    demo.expectNoProblems();
  });
});

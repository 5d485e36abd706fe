import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import sharp, { type Sharp } from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, startDemo } from '../harness/demo';

/** The programs beneath results do what the page did: they are copied, and run. */

const denoiser = fileURLToPath(new URL('../../../packages/cli/bin/denoiser.js', import.meta.url));

describe.skipIf(noChromium)('code that is copied from the page', () => {
  let demo: Demo;
  let page: Page;
  /** Within the repository, where packages are found by name. */
  let work: string;
  beforeAll(async () => {
    const parent = fileURLToPath(new URL('../.vitest/', import.meta.url));
    mkdirSync(parent, { recursive: true });
    work = mkdtempSync(join(parent, 'code-'));
    demo = await startDemo({ webgpu: false, isolated: true });
    await demo.browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await demo.open('sample?model=digits&count=2&class=3&steps=6');
    await button('Draw pictures').click({ timeout: 60_000 });
    await page.getByText('6 of 6 steps').waitFor({ timeout: 120_000 });
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(async () => {
    await demo?.close();
    rmSync(work, { recursive: true, force: true });
  });

  const button = (name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true });

  /** What a press of a button copies. */
  async function copied(name: string, region: Locator): Promise<string> {
    await button(name, region).click();
    await region.getByText('Copied.').waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  }

  /** Runs a program, or the command's words, in the folder. */
  function run(...words: string[]): void {
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: work, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  }

  const inPage = (picture: Locator): Promise<number[]> =>
    picture.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, 32, 32);
      return [...data.filter((_, i) => i % 4 === 0)];
    });
  const inFile = async (picture: Sharp): Promise<number[]> => [...(await picture.greyscale().raw().toBuffer())];
  const farthest = (a: number[], b: number[]) =>
    Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));

  test('JavaScript that fills a part of a picture, with the files that the page saves', async () => {
    const region = page.getByRole('region', { name: 'Paint over part of it and have it filled in' });
    await button('Bottom half', region).click();
    await button('Fill it in', region).click();
    const variant = region.getByRole('img', { name: 'Filled, variant 4' });
    await expect.poll(() => button('Fill it in', region).isEnabled(), { timeout: 240_000 }).toBe(true);
    await region.getByText('Do this in your own program').click();
    const downloads: Promise<void>[] = [];
    page.on('download', (download) => {
      const to = join(work, download.suggestedFilename());
      downloads.push(download.path().then((path) => copyFileSync(path, to)));
    });
    await button('Save picture and mask', region).click();
    await expect.poll(() => downloads.length, { timeout: 30_000 }).toBe(2);
    await Promise.all(downloads);

    writeFileSync(join(work, 'program.mjs'), await copied('Copy JavaScript', region));
    run('program.mjs');
    const [last = ''] = readdirSync(join(work, 'pictures')).sort().slice(-1);
    const byProgram = await inFile(sharp(readFileSync(join(work, 'pictures', last))));
    // Two devices' roundings, through 40 steps that go back up now and then.
    expect(farthest(await inPage(variant), byProgram), 'levels of 255').toBeLessThanOrEqual(2);
  });

  test('the command that draws a row between two seeds', async () => {
    const region = page.getByRole('region', { name: 'Between two seeds' });
    await region.getByRole('combobox', { name: 'Class of the row' }).selectOption({ label: '7' });
    await button('Draw the row', region).click();
    await region.getByText('Do this in your own program').click({ timeout: 240_000 });
    const command = await copied('Copy command', region);
    expect(command).toMatch(/^npx denoiser sample /);
    run(denoiser, ...command.replace(/^npx denoiser /, '').split(' '));
    const fifth = region.getByRole('img', { name: '50% of the way' });
    // A grid has 2 pixels between pictures, and shows small ones larger.
    const grid = sharp(readFileSync(join(work, 'pictures.png')));
    const { height = 0 } = await grid.metadata();
    const side = height - 4;
    const cell = grid.extract({ left: 2 + 4 * (side + 2), top: 2, width: side, height: side });
    const byCommand = await inFile(sharp(await cell.png().toBuffer()).resize(32, 32, { kernel: 'nearest' }));
    expect(farthest(await inPage(fifth), byCommand), 'levels of 255').toBeLessThanOrEqual(2);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, startDemo } from '../harness/demo';

/** Folders that are dropped on the page, as the browser hands them over: entries, read in pieces. */

const work = mkdtempSync(join(tmpdir(), 'denoiser-drop-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** More than a browser gives of a folder at once. */
const CATS = 130;

describe.skipIf(noChromium)('a folder that is dropped on the train tab', () => {
  let demo: Demo;
  let page: Page;
  beforeAll(async () => {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c63' } })
      .png()
      .toBuffer();
    const put = (path: string, content: Uint8Array | string = png) => {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    };
    for (let i = 0; i < CATS; i++) put(`pets/cat/${i}.png`);
    for (const path of ['pets/dog/a.png', 'pets/dog/old/b.png', 'pets/dog/old/older/c.png', 'pets/.DS_Store'])
      put(path);
    put('pets/dog/notes.txt', 'none of them bites');
    mkdirSync(join(work, 'pets', 'empty'));
    demo = await startDemo({ webgpu: false, isolated: true });
    page = await demo.open('train');
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  /** Drops files and folders of the disk, as the system's own file manager does. */
  async function drop(paths: readonly string[]): Promise<void> {
    const place = page.locator('.drop').filter({ hasText: 'drop them here' });
    await place.scrollIntoViewIfNeeded();
    const box = (await place.boundingBox()) as { x: number; y: number; width: number; height: number };
    const session = await page.context().newCDPSession(page);
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const data = { items: [], files: paths.map((path) => join(work, path)), dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...at, data });
    }
    await session.detach();
  }

  test('is read to its end: folders within folders, more pictures than come at once, and what is none is named', async () => {
    await drop(['pets']);
    const classes = page.getByRole('list', { name: 'Classes' });
    await expect.poll(() => classes.innerText()).toMatch(new RegExp(`cat ${CATS}[\\s\\S]*dog 3`));
    await expect
      .poll(() => page.getByRole('alert').allInnerTexts())
      .toEqual([expect.stringMatching(/^pets\/dog\/notes\.txt is not among the kinds of pictures/)]);
  });

  test('and pictures beside folders are taken with them', async () => {
    await drop(['pets/dog/old', 'pets/dog/a.png']);
    await expect.poll(() => page.getByRole('list', { name: 'Classes' }).innerText()).toMatch(/old 2/);
  });
});

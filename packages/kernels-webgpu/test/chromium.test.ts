import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conformanceCases } from '@denoiser/ops/testing';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, launch, noChromium } from '../../../tests/browser/harness/browser';
import { type Site, serve } from '../../../tests/browser/harness/server';
import type { KernelPage } from './chromium/page';
import { isLeftOut } from './left-out';

declare const kernels: KernelPage; // in the page

let folder: string;
let site: Site;
let browser: Browser;
let page: Page;

/** WebGPU is there in secure contexts only: 127.0.0.1 is one, a file is not. */
async function open(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'denoiser-kernels-'));
  await build({
    entryPoints: [fileURLToPath(new URL('./chromium/page.ts', import.meta.url))],
    outdir: folder,
    bundle: true,
    conditions: ['source'],
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>test</title><script type="module" src="page.js"></script></html>',
  );
  site = await serve({ '/': folder }, { isolated: false });
  browser = await launch({ webgpu: true });
  page = await browser.open(`${site.url}/`);
  await page.waitForFunction(() => 'kernels' in globalThis);
}

describe.skipIf(noChromium)('the WGSL kernels keep every law of the ops, in Chromium', () => {
  beforeAll(open);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  conformanceCases().forEach((one, index) => {
    const { family, name } = one;
    if (!isLeftOut(one)) it(`${family}: ${name}`, () => page.evaluate((i) => kernels.conform(i), index));
  });

  it('and the page complains of nothing', () => expect(browser.problems).toEqual([]));
});

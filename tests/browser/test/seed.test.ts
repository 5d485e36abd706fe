import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, launch, noChromium } from '../harness/browser';
import { bundlePage } from '../harness/pages';
import { type Site, serve } from '../harness/server';
import type { Device, Seed } from '../pages/seed';

/** What PyTorch computed with the original's program, computed again in Chromium. */

declare const seed: Seed; // in the page

const NETWORKS = ['unet-tiny', 'unet-tiny-conditional'] as const;
const RUNS = ['ddpm-tiny', 'ddpm-tiny-cfg3'] as const;
const sites: Partial<Record<'isolated' | 'plain', Site>> = {};

beforeAll(async () => {
  if (noChromium) return;
  const folders = {
    '/': await bundlePage('seed'),
    '/fixtures/': fileURLToPath(new URL('../../../packages/unet/test/fixtures/', import.meta.url)),
  };
  sites.isolated = await serve(folders, { isolated: true });
  sites.plain = await serve(folders, { isolated: false });
});
afterAll(() => Promise.all(Object.values(sites).map((site) => site.close())));

/** Where `seed` lives: the page itself, or the worker that it starts. */
async function openSeed(browser: Browser, site: Site, place: 'page' | 'worker'): Promise<Pick<Page, 'evaluate'>> {
  if (place === 'page') {
    const page = await browser.open(`${site.url}/seed.html`);
    await page.waitForFunction(() => 'seed' in globalThis);
    return page;
  }
  const page = await browser.open(`${site.url}/seed-worker.html`);
  const worker = page.workers()[0] ?? (await page.waitForEvent('worker'));
  while (!(await worker.evaluate(() => 'seed' in globalThis))) await page.waitForTimeout(50);
  return worker;
}

describe.skipIf(noChromium).each([
  { webgpu: true, title: 'Chromium with WebGPU' },
  { webgpu: false, title: 'Chromium without WebGPU' },
])('$title', ({ webgpu }) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch({ webgpu });
  });
  afterEach(() => expect(browser.problems).toEqual([]));
  afterAll(() => browser?.close());

  function testSeed(o: {
    device: Device;
    site: 'isolated' | 'plain';
    place: 'page' | 'worker';
    networks?: (typeof NETWORKS)[number][];
    runs?: (typeof RUNS)[number][];
    tolerance?: number;
  }) {
    let here: Pick<Page, 'evaluate'>;
    let threads: number;
    beforeAll(async () => {
      here = await openSeed(browser, sites[o.site] as Site, o.place);
      threads = await here.evaluate((device) => seed.use(device), o.device);
    });
    test.each(o.networks ?? NETWORKS)("%s gives the original's output", async (name) => {
      expect(await here.evaluate((network) => seed.outputDifference(network), name)).toBeLessThan(o.tolerance ?? 2e-4);
    });
    for (const name of o.runs ?? RUNS) {
      test(`${name}: the original's images`, async () => {
        const { x0, bytes } = await here.evaluate((run) => seed.sampleDifference(run), name);
        expect(x0).toBeLessThan(1e-3);
        expect(bytes).toBeLessThanOrEqual(1);
      });
    }
    return () => threads;
  }

  test('has an adapter or has none, as it should', async () => {
    const page = await browser.open(`${sites.plain?.url}/seed.html`);
    const found = await page.evaluate(async () => {
      return !!(await (navigator as { gpu?: GPU }).gpu?.requestAdapter());
    });
    expect(found).toBe(webgpu);
  });

  if (webgpu) {
    describe('WebGPU, in a worker', () => {
      // In software a run takes a minute; the one with guidance is drawn on Dawn, in backend-node's tests.
      testSeed({ device: 'webgpu', site: 'plain', place: 'worker', runs: ['ddpm-tiny'] });
    });
  } else {
    describe('the CPU engine in a cross-origin isolated page, in a worker', () => {
      const threads = testSeed({ device: 'cpu-engine', site: 'isolated', place: 'worker' });
      test('has threads', () => expect(threads()).toBeGreaterThan(1));
    });
    describe('the CPU engine in a page that is not isolated', () => {
      const threads = testSeed({ device: 'cpu-engine', site: 'plain', place: 'page' });
      test('has one thread', () => expect(threads()).toBe(1));
    });
    describe('WebGL', () => {
      // tfjs's own WebGL kernels, the last resort: their exp and division round more coarsely.
      testSeed({ device: 'webgl', site: 'plain', place: 'page', runs: [], tolerance: 1e-3 });
    });
  }
});

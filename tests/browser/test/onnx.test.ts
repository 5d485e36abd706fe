import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, launch, noChromium } from '../harness/browser';
import { bundlePage } from '../harness/pages';
import { type Site, serve } from '../harness/server';
import type { Onnx } from '../pages/onnx';

/** Networks exported in Chromium, in onnxruntime-web. */

declare const onnx: Onnx; // in the page

let site: Site;
beforeAll(async () => {
  if (noChromium) return;
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  site = await serve({ '/': await bundlePage('onnx'), '/ort/': runtime }, { isolated: true });
});
afterAll(() => site?.close());

describe.skipIf(noChromium)('onnxruntime-web', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch({ webgpu: false });
  });
  afterEach(() => expect(browser.problems).toEqual([]));
  afterAll(() => browser?.close());

  test.each([
    ['original', 'plain'],
    ['unet2d', 'contrib'],
  ] as const)('gives what the network gives: %s, %s attention', async (name, attention) => {
    const page = await browser.open(`${site.url}/onnx.html`);
    await page.waitForFunction(() => 'onnx' in globalThis);
    const difference = await page.evaluate(([network, form]) => onnx.difference(network, form), [
      name,
      attention,
    ] as const);
    expect(difference).toBeLessThan(1e-4);
  });
});

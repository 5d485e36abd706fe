import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, launch, noChromium, screenshotPath } from '../harness/browser';
import { type Site, serve } from '../harness/server';

/** examples/no-bundler on a host of static files: an import map, two files, and no build. */

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const example = root('examples/no-bundler');

describe.skipIf(noChromium)('a page without a bundler', () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    const folders = {
      '/': example,
      '/denoiser/': root('packages/backend-web/dist/standalone'),
      '/models/': root('packages/model-digits'),
    };
    // As strict as a page can be that runs WebAssembly.
    const policy =
      "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; img-src data:; style-src 'unsafe-inline'";
    site = await serve(folders, { isolated: true, headers: { 'Content-Security-Policy': policy } });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  test('draws in the worker that comes with the package', async () => {
    const page = await browser.open(`${site.url}/index.html`);
    const status = page.getByRole('status');
    await expect
      .poll(() => status.textContent(), { timeout: 60_000 })
      .toBe('Ten digits: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.');
    await page.screenshot({ path: screenshotPath('no-bundler') });
    const shown = await page.evaluate(() => {
      const canvas = document.querySelector('canvas') as HTMLCanvasElement;
      const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
        0,
        0,
        canvas.width,
        canvas.height,
      );
      return { width: canvas.width, height: canvas.height, greys: new Set(data.filter((_, i) => i % 4 === 0)).size };
    });
    expect(shown).toMatchObject({ width: 5 * 32, height: 2 * 32 });
    expect(shown.greys, 'different greys in the pictures').toBeGreaterThan(100);
    expect(browser.problems).toEqual([]);
  });

  test('is a program of at most 25 lines', () => {
    const [, script = ''] =
      /<script type="module">\n([\s\S]*?)<\/script>/.exec(readFileSync(`${example}/index.html`, 'utf8')) ?? [];
    const lines = script.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThanOrEqual(25);
  });
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, launch, noChromium, screenshotPath } from '../../../tests/browser/harness/browser';
import { serve } from '../../../tests/browser/harness/server';

const folder = fileURLToPath(new URL('..', import.meta.url));
const vite = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')));

const BUILDS = [
  { bundler: 'vite', program: [vite, 'build', '--logLevel', 'warn', '--config', 'vite/vite.config.mjs'] },
  { bundler: 'webpack', program: ['webpack/build.mjs'] },
  { bundler: 'esbuild', program: ['esbuild/build.mjs'] },
];

let browser: Browser | undefined;
beforeAll(async () => {
  // Without WebGPU: in software it takes longer than the CPU engine, and nothing here depends on the device.
  if (!noChromium) browser = await launch({ webgpu: false });
});
afterAll(() => browser?.close());

describe.each(BUILDS)('$bundler', ({ bundler, program }) => {
  test('builds the page without a warning', () => {
    const { status, stderr } = spawnSync(process.execPath, program, { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test.skipIf(noChromium)('the page trains and draws in its worker', async () => {
    const { open, problems } = browser as Browser;
    const site = await serve({ '/': `${folder}dist/${bundler}` }, { isolated: true });
    try {
      const page = await open(`${site.url}/index.html?steps=4`);
      const status = page.getByRole('status');
      await expect.poll(() => status.textContent(), { timeout: 60_000 }).toBe('Sixteen discs, by engine.');
      await page.screenshot({ path: screenshotPath(`bundlers-${bundler}`) });
      const colours = await page.evaluate(() => {
        const canvas = document.querySelector('canvas') as HTMLCanvasElement;
        const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, 64, 64);
        return new Set(data.filter((_, i) => i % 4 === 0)).size;
      });
      expect(colours, 'different greys in the pictures').toBeGreaterThan(20);
      expect(problems).toEqual([]);
    } finally {
      await site.close();
    }
  });
});

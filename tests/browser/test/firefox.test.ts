import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoFolder } from '../harness/demo';
import { type Firefox, launchFirefox, noFirefox } from '../harness/firefox';
import { type Site, serve } from '../harness/server';

/** What a page runs on in Firefox: the CPU engine, with threads where the page may share memory and without, and WebGPU where it has it. */

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const text = (selector: string) => `return document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`;

describe.skipIf(noFirefox)('in Firefox', () => {
  let firefox: Firefox;
  const sites: Site[] = [];
  beforeAll(async () => {
    firefox = await launchFirefox();
  });
  afterAll(async () => {
    await firefox?.close();
    for (const site of sites) await site.close();
  });
  const site = async (...args: Parameters<typeof serve>): Promise<string> => {
    sites.push(await serve(...args));
    return (sites.at(-1) as Site).url;
  };

  test.each([true, false])('a page without a bundler draws; isolated: %s', async (isolated) => {
    const url = await site(
      {
        '/': root('examples/no-bundler'),
        '/denoiser/': root('packages/backend-web/dist/standalone'),
        '/models/': root('packages/model-digits'),
      },
      { isolated },
    );
    await firefox.open(`${url}/index.html`);
    expect(await firefox.evaluate('return crossOriginIsolated')).toBe(isolated);
    await firefox.until<string>(text('[role=status]'), (status) => status.startsWith('Ten digits: 0, 1, 2'));
    const greys = await firefox.evaluate<number>(`
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(data.filter((_, i) => i % 4 === 0)).size;`);
    expect(greys, 'different greys in the pictures').toBeGreaterThan(100);
  });

  test('the demo says what it computes on, draws, and complains of nothing', async () => {
    if (!existsSync(join(demoFolder, 'index.html'))) throw new Error('The demo is not built: npm run build.');
    const url = await site({ '/': demoFolder }, { isolated: true });
    await firefox.open(`${url}/#sample?model=digits&count=2&steps=3&class=7`);
    const took = await firefox.until<string>(text('.took'), (words) => words !== '');
    expect(took).toMatch(/^2 pictures, 3 steps, [\d.]+ s, the first one seen after [\d.]+ s, on your (CPU|GPU)$/);
    expect(await firefox.evaluate('return document.querySelectorAll("[role=alert]").length')).toBe(0);
  });
});

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, startDemo } from '../harness/demo';

/**
 * What a visitor downloads before anything can be seen. The forward tab needs numbers only, so neither TensorFlow.js nor a
 * model may be in it: they are megabytes.
 */
const MOST_KILOBYTES = 60;

describe.skipIf(noChromium)('the size of the demo', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true });
  });
  afterAll(() => demo?.close());

  test(`the page shows its first tab with at most ${MOST_KILOBYTES} kB, compressed`, async () => {
    const page = await demo.browser.context.newPage();
    const sizes = new Map<string, number>();
    page.on('response', async (response) => {
      const name = new URL(response.url()).pathname;
      sizes.set(name, gzipSync(await response.body()).length);
    });
    await page.goto(demo.url, { waitUntil: 'networkidle' });
    await page.getByRole('button', { name: 'Play' }).waitFor();
    const total = [...sizes.values()].reduce((a, b) => a + b, 0) / 1000;
    const parts = [...sizes].map(([name, size]) => `${name} ${(size / 1000).toFixed(1)}`).join(', ');
    console.log(`Before any model the demo loads ${total.toFixed(1)} kB compressed: ${parts}.`);
    expect(sizes.size).toBeGreaterThan(2);
    expect(total).toBeLessThan(MOST_KILOBYTES);
  });

  test('everything comes from its own host', async () => {
    const page = await demo.browser.context.newPage();
    const hosts = new Set<string>();
    demo.browser.context.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.goto(`${demo.url}/#sample?model=digits`);
    await page.getByRole('button', { name: 'Draw pictures' }).waitFor({ timeout: 60_000 });
    expect([...hosts].filter((host) => host !== '')).toEqual([new URL(demo.url).host]);
  });
});

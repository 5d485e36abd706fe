import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, demoFolder, look, saved, startDemo } from '../harness/demo';
import { start } from '../harness/training';

/** What goes wrong in real life: each time a sentence, and a way on. */

describe.skipIf(noChromium)('when something fails', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true });
  });
  afterAll(() => demo?.close());

  const alert = (page: Page) => page.getByRole('alert').first();
  const drawButton = (page: Page) => page.getByRole('button', { name: 'Draw pictures' });

  test('no program, as from a file on disk or where scripts are blocked: the page says what it needs', async () => {
    const page = await demo.browser.context.newPage();
    const advice = page.getByText('program could not start. It needs a browser from 2023');
    await page.goto(pathToFileURL(join(demoFolder, 'index.html')).href);
    await advice.waitFor();
    await page.route('**/*.js', (route) => route.abort());
    await page.goto(demo.url);
    await advice.waitFor();
    await page.unroute('**/*.js');
    await page.goto(demo.url);
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await advice.count()).toBe(0);
    await page.close();
    demo.browser.problems.length = 0; // the browser itself tells of what it did not load
  });

  test('no WebGPU where it was asked for: the page says so and computes on something else', async () => {
    const page = await demo.open('sample?model=digits', '?device=webgpu');
    await expect.poll(() => alert(page).innerText(), { timeout: 60_000 }).toMatch(/can't run webgpu/);
    await look(page, 'failure-no-webgpu');
    const device = page.getByRole('region', { name: 'Device' });
    await device.getByText('Why this device, and the others').click();
    await device.getByRole('combobox', { name: 'Compute on' }).selectOption({ label: 'the best there is' });
    await drawButton(page).waitFor({ timeout: 60_000 });
    demo.expectNoProblems();
    await page.close();
  });

  test('a policy that bars WebAssembly: the page says so, and what would allow it', async () => {
    const page = await demo.browser.context.newPage();
    await page.route('**/*', async (route) => {
      const response = await route.fetch();
      const policy = { 'content-security-policy': "script-src 'self'; worker-src 'self'" };
      await route.fulfill({ response, headers: { ...response.headers(), ...policy } });
    });
    await page.goto(`${demo.url}/#sample?model=digits`);
    await drawButton(page).waitFor({ timeout: 60_000 });
    const device = page.getByRole('region', { name: 'Device' });
    // The only graphics card here is emulated, and taken for none.
    await expect.poll(() => device.innerText(), { timeout: 60_000 }).toMatch(/Computing on plain JavaScript/);
    expect(await device.innerText()).toMatch(/does not allow WebAssembly: add 'wasm-unsafe-eval' to its script-src/);
    await device.getByText('Why this device, and the others').click();
    expect(await device.innerText()).toMatch(/emulated in software/);
    await look(page, 'failure-policy');
    await page.close();
    demo.browser.problems.length = 0; // the browser itself tells of what its policy barred
  });

  test('the model does not come: it is fetched again when the user says so', async () => {
    const page = await demo.open('forward');
    await page.route('**/*.safetensors', (route) => route.abort());
    await page.getByRole('tab', { name: 'Sample' }).click();
    await expect.poll(() => alert(page).innerText(), { timeout: 60_000 }).toMatch(/could not be fetched.*try again/);
    await page.unroute('**/*.safetensors');
    const instead = { status: 200, contentType: 'text/html; charset=utf-8', body: '<!doctype html><p>All is well.' };
    await page.route('**/*.safetensors', (route) => route.fulfill(instead));
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect
      .poll(() => alert(page).innerText(), { timeout: 60_000 })
      .toMatch(/the server sent a web page instead.*try again/);
    await page.unroute('**/*.safetensors');
    await page.getByRole('button', { name: 'Try again' }).click();
    await drawButton(page).waitFor({ timeout: 60_000 });
    await page.close();
    demo.browser.problems.length = 0; // the browser itself tells of the request that failed
  });

  test('no room for checkpoints: training goes on, says that it keeps nothing, and gives its weights away', async () => {
    const page = await demo.open('train');
    const session = await demo.browser.context.newCDPSession(page);
    await page.getByRole('button', { name: 'Use the faces' }).click();
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(demo.url).origin, quotaSize: 2_000_000 });
    await start(page, { steps: 12, batchSize: 4 });
    const progress = page.getByRole('region', { name: 'Training progress' });
    await expect.poll(() => progress.innerText(), { timeout: 120_000 }).toMatch(/storage/);
    await page.getByText('Trained to step 12.').waitFor({ state: 'attached', timeout: 120_000 });
    expect(await progress.getByText('storage is full').count(), 'said once').toBe(1);
    await look(page, 'failure-quota');
    const { path } = await saved(page, () => page.getByRole('button', { name: 'Download safetensors' }).click());
    expect(statSync(path).size).toBeGreaterThan(1_000_000);
    demo.expectNoProblems();
  });
});

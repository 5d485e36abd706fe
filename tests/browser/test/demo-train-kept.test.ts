import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, startDemo } from '../harness/demo';
import { button, number, start, stepsDone } from '../harness/training';

/** What of a training stays, whatever happens to the page. */

describe.skipIf(noChromium)('a training that is interrupted', () => {
  let demo: Demo;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true });
    page = await demo.open('train', '?device=engine');
    await button(page, 'Use the faces').click();
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  test('says how long it will take, shows what it draws from the start, and is not left by mistake', async () => {
    await start(page, { steps: 100_000, batchSize: 2 });
    await page
      .getByRole('img', { name: 'pictures drawn at step 1', exact: false })
      .first()
      .waitFor({ timeout: 60_000 });
    await expect.poll(() => page.getByText(/^\d+ (s|min|h \d+ min)$/).count(), { timeout: 60_000 }).toBe(1);
    const question = new Promise<string>((resolve) => {
      page.once('dialog', async (dialog) => {
        await dialog.dismiss();
        resolve(dialog.type());
      });
    });
    await page.evaluate(() => setTimeout(() => location.reload())); // a reload of the harness's own would wait for its end
    expect(await question).toBe('beforeunload');
    // A checkpoint by time, long before a hundred steps of a wide network would be done.
    await expect.poll(() => page.getByText(/^step \d+$/).count(), { timeout: 30_000 }).toBe(1);
    await button(page, 'Stop').click();
    await page.getByText(/^Stopped at step/).waitFor({ state: 'attached', timeout: 60_000 });
  });

  test('goes on by itself on another device', async () => {
    await number(page, 'Training steps').fill('60');
    await button(page, 'Start training').click();
    await page.getByText('Training is being prepared.').waitFor({ state: 'attached' });
    await expect
      .poll(() => page.getByRole('progressbar', { name: 'Training' }).getAttribute('max'), { timeout: 60_000 })
      .toBe('60');
    await expect.poll(() => stepsDone(page), { timeout: 60_000 }).toBeGreaterThan(3);
    const device = page.getByRole('region', { name: 'Device' });
    await device.getByText('Why this device, and the others').click();
    await device.getByRole('combobox', { name: 'Compute on' }).selectOption({ label: 'the best there is' });
    await page.getByText(/^The device is changing; training goes on from step/).waitFor({ state: 'attached' });
    await page.getByText('Trained to step 60.').waitFor({ state: 'attached', timeout: 120_000 });
    // Begun anew, or gone on with: each step's samples are there once.
    await page.getByText('How they came about').click();
    expect(await page.getByRole('img', { name: /pictures drawn at step 1$/ }).count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});

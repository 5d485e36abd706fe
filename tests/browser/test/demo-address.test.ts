import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, startDemo } from '../harness/demo';

/** What is set is in the address, so that a link leads there. */
describe.skipIf(noChromium)('the address', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: false, reducedMotion: 'reduce' });
    await demo.browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  const hash = (page: Page) => new URL(page.url()).hash;

  test('follows what is set, without entries in the history, and the copied link leads there', async () => {
    const page = await demo.open('forward');
    const entries = await page.evaluate(() => history.length);
    await page.getByRole('slider', { name: 'Time step t' }).fill('700');
    await page.getByRole('radio', { name: 'Planet' }).check();
    await page.getByRole('radio', { name: 'Cosine' }).check();
    await expect.poll(() => hash(page)).toBe('#forward?t=700&picture=Planet&schedule=cosine');
    expect(await page.evaluate(() => history.length)).toBe(entries);

    await page.getByRole('spinbutton', { name: 'Noise seed' }).fill('12');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText('Copied.').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(`${demo.url}/#forward?t=700&picture=Planet&schedule=cosine&seed=12`);
    const other = await demo.browser.open(link);
    expect(await other.getByRole('slider', { name: 'Time step t' }).inputValue()).toBe('700');
    await other.getByRole('radio', { name: 'Planet', checked: true }).waitFor();
    await other.getByRole('radio', { name: 'Cosine', checked: true }).waitFor();
    expect(await other.getByRole('spinbutton', { name: 'Noise seed' }).inputValue()).toBe('12');
    await other.close();
    await page.close();
  });

  test('what could not be is ignored, one by one', async () => {
    const page = await demo.open('plane?points=ring&steps=0&first=no-solver&second=unipc&schedule=%00&seed=-1');
    await page.getByRole('radio', { name: 'Ring', checked: true }).waitFor({ timeout: 60_000 });
    const solver = (name: string) => page.getByRole('combobox', { name }).inputValue();
    expect([await solver('First solver'), await solver('Second solver')]).toEqual(['ddpm', 'unipc']);
    expect(await page.getByRole('slider', { name: 'Steps' }).getAttribute('aria-valuetext')).toBe('50');
    await expect.poll(() => hash(page)).toBe('#plane?points=ring&second=unipc');
    await page.close();
  });

  test('each tab has its own, and the way back leads to it', async () => {
    const page = await demo.open('forward?t=40');
    await page.getByRole('tab', { name: 'In two dimensions' }).click();
    await page.getByRole('radio', { name: 'Clusters' }).check({ timeout: 60_000 });
    await expect.poll(() => hash(page)).toBe('#plane?points=clusters');
    await page.goBack();
    await page.getByRole('tab', { name: 'Forward', selected: true }).waitFor();
    expect(await page.getByRole('slider', { name: 'Time step t' }).inputValue()).toBe('40');
    await page.close();
  });
});

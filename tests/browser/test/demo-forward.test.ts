import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noChromium, screenshotPath } from '../harness/browser';
import { type Demo, look, startDemo } from '../harness/demo';
import { describeTasks, measureTasks } from '../harness/tasks';

/** The forward tab, as somebody uses it who wants to see a picture drown. */

/** The contrast of two colours as rgb(…), by WCAG. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = (colour.match(/\d+/g) ?? []).map((value) => {
      const share = Number(value) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe.skipIf(noChromium)('the forward tab', () => {
  let demo: Demo;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true });
    page = await demo.open('forward');
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  const curve = (name: string) => page.getByRole('img', { name: new RegExp(`^${name}:.*At t =`) });
  const slider = () => page.getByRole('slider', { name: 'Time step t' });

  test('shows a picture between clean and noise at once', async () => {
    await expect.poll(() => page.getByText('at t = 250').count()).toBe(1);
    await look(page, 'forward');
  });

  test('keys move t; picture and curves follow', async () => {
    await slider().press('Home');
    expect(await curve('ᾱ').getAttribute('aria-label')).toMatch(/At t = 0: 1\.00\.$/);
    for (let i = 0; i < 3; i++) await slider().press('ArrowRight');
    expect(await curve('ᾱ').getAttribute('aria-label')).toMatch(/At t = 3:/);
    await slider().press('End');
    // ᾱ of the linear schedule at its end: the product of 1 − β is 4.04·10⁻⁵.
    expect(await curve('ᾱ').getAttribute('aria-label')).toMatch(/At t = 999: 4\.0e-5\.$/);
    await page.getByRole('button', { name: 'Go to t = 500' }).click();
    expect(await slider().inputValue()).toBe('500');
  });

  test('the film shows how far t has come, and what t = 0 is', async () => {
    const current = page.locator('nav [aria-current="true"]');
    for (const [t, stop] of [
      [250, 200],
      [299, 200],
      [0, 0],
    ] as const) {
      await slider().fill(String(t));
      expect(await current.getAttribute('aria-label')).toBe(`Go to t = ${stop}`);
    }
    await page.getByText('t = 0 is the first step and already has a little noise').waitFor();
  });

  test('over few steps β̃ lies below β, over all of them hardly: the slider shows both', async () => {
    const said = async () => {
      const label = await curve('β̃').getAttribute('aria-label');
      const [, t, tilde, beta] = /At t = (\d+): (\S+) \(β (\S+)\)/.exec(label ?? '') ?? [];
      return { t: Number(t), ratio: Number(tilde) / Number(beta) };
    };
    await slider().fill('163');
    // Of the 20 steps the one at 150; ᾱ there and a step before gives (1 − ᾱ₁₀₀)/(1 − ᾱ₁₅₀) = 0.105/0.211.
    expect(await said()).toEqual({ t: 150, ratio: expect.closeTo(0.5, 1) });
    const steps = page.getByRole('slider', { name: 'Steps back' });
    await steps.press('Home');
    expect(await steps.getAttribute('aria-valuetext')).toBe('1000 of 1000');
    expect((await said()).t).toBe(163);
    expect((await said()).ratio).toBeGreaterThan(0.98);
  });

  test('each thin curve has its number, and is seen against its ground', async () => {
    const plot = curve('ᾱ');
    expect(await plot.locator('.mark').allTextContents()).toEqual(['2', '3', '4', '5']);
    await page.getByText('thin ones are 2 Scaled linear, 3 Cosine, 4 Sigmoid in β, 5 Sigmoid in ᾱ').waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      const [line, opacity, ground] = await plot.evaluate((svg) => {
        const { stroke, strokeOpacity } = getComputedStyle(svg.querySelector('.other') as Element);
        return [stroke, strokeOpacity, getComputedStyle(svg.closest('.card') as Element).backgroundColor] as const;
      });
      expect(opacity).toBe('1');
      expect(contrast(line, ground), colorScheme).toBeGreaterThan(3); // of graphics, by WCAG 2.2, 1.4.11
    }
  });

  test('dragging over a curve moves t', async () => {
    const plot = curve('SNR');
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox()) as { x: number; y: number; width: number; height: number };
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const t = Number(await slider().inputValue());
    expect(t).toBeGreaterThan(700);
    expect(t).toBeLessThan(850);
  });

  test('another schedule has other curves; zero terminal SNR ends at 0', async () => {
    await slider().press('End');
    await page.getByRole('radio', { name: 'Cosine' }).check();
    await page.getByText('The bold line is Cosine').waitFor();
    await page.getByRole('checkbox', { name: 'Zero terminal SNR' }).check();
    expect(await curve('ᾱ').getAttribute('aria-label')).toMatch(/At t = 999: 0\.$/);
  });

  test('own pictures are taken; what is no picture gets a sentence', async () => {
    await page.screenshot({ path: screenshotPath('forward-window') });
    const own = { name: 'mine.png', mimeType: 'image/png', buffer: readFileSync(screenshotPath('forward-window')) };
    await page.getByLabel('Choose a picture…').last().setInputFiles(own);
    await page.getByRole('radio', { name: 'Yours: mine.png', checked: true }).waitFor();
    const text = { name: 'letter.png', mimeType: 'image/png', buffer: Buffer.from('Dear Sir or Madam') };
    await page.getByLabel('Choose a picture…').last().setInputFiles(text);
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/letter\.png/);
  });

  test('a file that is dropped beside the place for it does not take the place of the page', async () => {
    const isKept = await page.evaluate(() => {
      const drop = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: new DataTransfer() });
      return !document.querySelector('h1')?.dispatchEvent(drop);
    });
    expect(isKept).toBe(true);
  });

  test('what changes with t is not read out at every step', async () => {
    const spoken = page.locator('main output:not([aria-live="off"])');
    expect(await spoken.count()).toBe(0);
  });

  test('plays to the end without blocking the page', async () => {
    await slider().press('Home');
    const tasks = await measureTasks(page, async () => {
      await page.getByRole('button', { name: 'Play' }).click();
      await page.getByRole('button', { name: 'Stop' }).waitFor();
      await expect.poll(() => slider().inputValue(), { timeout: 60_000 }).toBe('999');
    });
    console.log(describeTasks('Playing the forward process', tasks));
    expect(tasks.longest).toBeLessThan(50);
  });

  test('fits a small screen, and the night', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overhang, 'pixels that stick out to the right').toBeLessThanOrEqual(0);
    await look(page, 'forward-small-dark');
    await page.setViewportSize({ width: 240, height: 740 }); // a small phone, at one and a half times the size
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await look(page, 'forward-smallest');
  });
});

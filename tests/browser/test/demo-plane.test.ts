import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, look, startDemo } from '../harness/demo';
import { describeTasks, measureTasks } from '../harness/tasks';

/** The fourth tab: noise finds points on a plane, with a formula for a network. */
describe.skipIf(noChromium)('the tab in two dimensions', () => {
  let demo: Demo;
  let page: Page;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: false, reducedMotion: 'no-preference' });
    page = await demo.open('plane');
  });
  afterEach(() => demo.expectNoProblems());
  afterAll(() => demo?.close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const slider = () => page.getByRole('slider', { name: 't, from noise to data' });
  const plane = (place: 0 | 1) => page.getByRole('img', { name: /particles on their way/ }).nth(place);
  const distances = () => page.getByText('from the nearest point on average');
  const pixels = (place: 0 | 1) => plane(place).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

  /** The mean distance of each solver, when both have arrived. */
  async function arrived(): Promise<number[]> {
    await distances().nth(1).waitFor({ timeout: 60_000 });
    const texts = await distances().allInnerTexts();
    return texts.map((text) => Number(/ends ([\d.]+) from/.exec(text)?.[1]));
  }

  test('moves by itself from noise to the points, and the page stays alive', async () => {
    await button('Stop').waitFor({ timeout: 30_000 });
    const tasks = await measureTasks(page, async () => {
      await button('Play').waitFor({ timeout: 60_000 });
    });
    console.log(describeTasks('Particles on a plane', tasks));
    expect(tasks.longest).toBeLessThan(50);
    expect(await slider().getAttribute('aria-valuetext')).toBe('0 of 1000');
    for (const distance of await arrived()) expect(distance).toBeLessThan(0.1);
    await look(page, 'plane');
  });

  test('neither a worker nor a model is fetched', async () => {
    const names = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect(names.filter((name) => /worker|models|wasm/.test(name))).toEqual([]);
  });

  test('t is moved by keys, and what is seen follows', async () => {
    const end = await pixels(1);
    await slider().press('Home');
    expect(await slider().getAttribute('aria-valuetext')).toBe('1000 of 1000');
    await expect.poll(() => pixels(1)).not.toBe(end);
    await slider().press('ArrowRight');
    expect(await slider().getAttribute('aria-valuetext')).toBe('990 of 1000');
    await slider().press('End');
    await expect.poll(() => pixels(1)).toBe(end);
  });

  test('with one step the best guess is the average of all points, which is none of the ring', async () => {
    await page.getByRole('radio', { name: 'Ring' }).check();
    await button('A single step').click();
    // The ring's radius is 1.6.
    await expect.poll(arrived).toEqual([expect.closeTo(1.6, 1), expect.closeTo(1.6, 1)]);
  });

  test('with the same five calls DPM-Solver++ comes closer than DDIM', async () => {
    await page.getByRole('radio', { name: 'Two moons' }).check();
    await button('Only five steps').click();
    await expect
      .poll(async () => (await distances().count()) === 2 && (await plane(1).getAttribute('aria-label')))
      .toMatch(/^DPM-Solver\+\+ 2M, 5 steps/);
    const [ddim = 0, dpm = 1] = await arrived();
    expect(dpm).toBeLessThan(ddim);
  });

  test('points are drawn by keys, and the particles go there', async () => {
    await page.getByRole('slider', { name: 'Steps' }).fill('6');
    await page.getByRole('radio', { name: 'Draw your own' }).check();
    await page.getByText('Draw something first').waitFor();
    const pad = page.getByRole('application', { name: /^Your drawing/ });
    for (const key of ['Space', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown']) await pad.press(key);
    for (const distance of await arrived()) expect(distance).toBeLessThan(0.1);
    await look(page, 'plane-drawing');
    await button('Clear the drawing').click();
    await page.getByText('Draw something first').waitFor();
  });

  test('a word is spelt, also on a small screen at night', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('radio', { name: 'A word' }).check();
    await page.getByRole('textbox', { name: 'Word' }).fill('Noise');
    await arrived();
    await button('Play').waitFor({ timeout: 60_000 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await look(page, 'plane-small-dark');
  });

  test('who wants little motion sees the end at once', async () => {
    const calm = await demo.open('plane');
    await calm.emulateMedia({ reducedMotion: 'reduce' });
    await calm.reload();
    await calm.getByRole('button', { name: 'Play' }).waitFor({ timeout: 30_000 });
    expect(await calm.getByRole('slider', { name: 't, from noise to data' }).getAttribute('aria-valuetext')).toBe(
      '0 of 1000',
    );
    await calm.close();
  });
});

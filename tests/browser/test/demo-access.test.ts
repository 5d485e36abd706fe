import { fileURLToPath } from 'node:url';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noChromium } from '../harness/browser';
import { type Demo, look, startDemo } from '../harness/demo';

/** Whether everybody can use the demo, as far as a program can tell: axe, and the keyboard alone. */

declare const window: { axe: typeof axe }; // in the page

const axePath = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

async function violationsOf(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axePath });
  const { violations, passes } = await page.evaluate(() => window.axe.run(document));
  expect(passes.length, 'rules that axe could check').toBeGreaterThan(20);
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(' ')})`);
}

/** The canvases and words that lie to the right of the card, or of the window, that they are in. */
const overhanging = (page: Page) =>
  page.evaluate(() => {
    const inner = [...document.querySelectorAll<HTMLElement>('main .card :is(canvas, p, output, button, label)')];
    const wide = inner.filter((element) => {
      const card = element.closest('.card') as HTMLElement;
      return (
        element.checkVisibility() && element.getBoundingClientRect().right > card.getBoundingClientRect().right - 8
      );
    });
    const isPageWide = document.documentElement.scrollWidth > innerWidth;
    return [...wide.map(({ outerHTML }) => outerHTML.slice(0, 200)), ...(isPageWide ? ['the page'] : [])];
  });

/** Brings each tab to where it shows all that it has. */
const TABS = {
  forward: async (page: Page) => {
    await page.getByRole('button', { name: 'Play' }).waitFor();
  },
  sample: async (page: Page) => {
    await page.getByRole('button', { name: 'Draw pictures' }).waitFor({ timeout: 60_000 });
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('2');
    await page.getByRole('button', { name: 'Draw pictures' }).click();
    await page.getByText('2 of 2 steps').waitFor();
  },
  train: async (page: Page) => {
    await page.getByRole('button', { name: 'Use the faces' }).click();
    await page.getByRole('list', { name: 'Classes' }).waitFor();
    await page.getByRole('button', { name: 'Remove one by one: happy' }).click();
  },
  plane: async (page: Page) => {
    await page.getByRole('radio', { name: 'Draw your own' }).check();
    await page.getByRole('radio', { name: 'A word' }).check();
    await page.getByText('from the nearest point on average').nth(1).waitFor({ timeout: 60_000 });
  },
};

describe.skipIf(noChromium).each(['light', 'dark'] as const)('the demo in %s', (colorScheme) => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true, colorScheme, reducedMotion: 'reduce' });
  });
  afterAll(() => demo?.close());

  test.each(Object.entries(TABS))('axe finds nothing to complain about: %s', async (tab, prepare) => {
    const page = await demo.open(tab as keyof typeof TABS);
    await prepare(page);
    for (const details of await page.locator('main details:visible > summary').all()) await details.click();
    expect(await violationsOf(page)).toEqual([]);
    await look(page, `${tab}-${colorScheme}`);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await violationsOf(page), 'on a small screen').toEqual([]);
    expect(await overhanging(page), 'what sticks out of the page or of its card').toEqual([]);
    await look(page, `${tab}-${colorScheme}-small`);
    await page.close();
  });
});

describe.skipIf(noChromium)('with the keyboard alone', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ webgpu: false, isolated: true });
  });
  afterAll(() => demo?.close());

  const focused = (page: Page) =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      return { text: element.innerText, isVisible: outlineStyle !== 'none' || boxShadow !== 'none' };
    });

  test('tabs are chosen by arrows, and pictures are drawn by Enter', async () => {
    const page = await demo.open('forward');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatchObject({ text: expect.stringContaining('Forward'), isVisible: true });
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Draw pictures' }).waitFor({ timeout: 60_000 });
    expect(await focused(page)).toMatchObject({ text: expect.stringContaining('Sample'), isVisible: true });
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('2');
    for (let presses = 0; presses < 40 && (await focused(page)).text !== 'Draw pictures'; presses++) {
      await page.keyboard.press('Shift+Tab');
    }
    expect(await focused(page)).toEqual({ text: 'Draw pictures', isVisible: true });
    await page.keyboard.press('Enter');
    await page.getByText('2 of 2 steps').waitFor();
    await page.keyboard.press('Shift+Tab');
    expect(new URL(page.url()).hash).toMatch(/^#sample(\?|$)/);
    // All that arrows pass is one entry of the history.
    await page.getByRole('tab', { name: 'Sample' }).focus();
    for (const key of ['ArrowRight', 'ArrowLeft', 'End', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
    expect(new URL(page.url()).hash).toMatch(/^#sample(\?|$)/);
    await page.goBack();
    await page.getByRole('tab', { name: 'Forward', selected: true }).waitFor();
    demo.expectNoProblems();
    await page.close();
  });

  test('the button that draws is the one that stops, and keeps the focus; an emptied number draws nothing', async () => {
    const page = await demo.open('sample?model=digits&solver=ddpm');
    const steps = page.getByRole('spinbutton', { name: 'Steps' });
    await page.getByRole('button', { name: 'Draw pictures' }).waitFor({ timeout: 60_000 });
    await steps.fill('');
    await steps.press('Enter');
    expect(await steps.evaluate((field: HTMLInputElement) => field.matches(':invalid'))).toBe(true);
    expect(await page.getByRole('button', { name: 'Draw pictures' }).count()).toBe(1);
    await page.getByText('Press “Draw pictures”.').waitFor();
    await steps.fill('1000');
    await page.getByRole('button', { name: 'Draw pictures' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/^Step \d+ of 1000/).waitFor();
    expect(await focused(page)).toEqual({ text: 'Stop', isVisible: true });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    expect(await page.getByRole('button', { name: 'Stop', exact: true }).boundingBox()).toMatchObject({ x: 16 });
    await page.keyboard.press('Enter');
    await page.getByText(/^\d+ of 1000 steps/).waitFor();
    expect(await focused(page)).toEqual({ text: 'Draw pictures', isVisible: true });
    demo.expectNoProblems();
    await page.close();
  });

  test('what vanishes under the focus leaves it near', async () => {
    const page = await demo.open('train');
    const press = async (name: string) => {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
    };
    const near = () => expect.poll(async () => (await focused(page)).text).toMatch(/^Pictures/);
    await press('Use the faces');
    await near();
    await press('Remove all of sad');
    await near();
    await press('Undo');
    await near();
    demo.expectNoProblems();
    await page.close();
  });

  test('where the system chooses the colours, what is chosen is still seen', async () => {
    const page = await demo.open('forward');
    await page.emulateMedia({ forcedColors: 'active' });
    const chosen = page.getByRole('button', { name: 'Go to t = 200' });
    await chosen.click();
    await page.mouse.move(0, 0);
    expect(await chosen.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
    const [bar, ground] = await page
      .getByRole('tab', { selected: true })
      .evaluate((tab) => [getComputedStyle(tab, '::after').backgroundColor, getComputedStyle(tab).backgroundColor]);
    expect(bar).not.toBe(ground);
    await look(page, 'forward-forced-colours');
    await page.close();
  });
});

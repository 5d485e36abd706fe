import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Browser, launch, screenshotPath } from './browser';
import { serve } from './server';

/** Where the built demo lies. */
export const demoFolder = fileURLToPath(new URL('../../../apps/demo/dist/', import.meta.url));

/** A tab, with settings after a question mark: `plane?steps=5`. */
type Tab = 'forward' | 'sample' | 'train' | 'plane';
export type Place = Tab | `${Tab}?${string}`;

export type Demo = {
  readonly browser: Browser;
  readonly url: string;
  /** A page with the demo, at a tab; `?device=engine` and the like go into `query`. */
  open(tab?: Place, query?: string): Promise<Page>;
  /** Fails when a page complained: an error that was not caught, or one on the console. */
  expectNoProblems(): void;
  close(): Promise<void>;
};

/** The built demo on a server of static files, in a browser of its own, in which nothing begins by itself unless `reducedMotion` says otherwise. */
export async function startDemo(options: Parameters<typeof launch>[0] & { isolated: boolean }): Promise<Demo> {
  const { isolated, ...launchOptions } = options;
  if (!existsSync(demoFolder)) throw new Error('The demo is not built: npm run build.');
  const [site, browser] = await Promise.all([
    serve({ '/': demoFolder }, { isolated }),
    launch({ reducedMotion: 'reduce', ...launchOptions }),
  ]);
  return {
    browser,
    url: site.url,
    open: (tab = 'forward', query = '') => browser.open(`${site.url}/${query}#${tab}`),
    expectNoProblems: () => expect(browser.problems).toEqual([]),
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

/** A picture of the whole page, for people to look at. */
export async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0)); // else the bar of tabs, which stays in sight, is in the middle
  await page.screenshot({ path: screenshotPath(name), fullPage: true });
}

/** The file that a download brings. */
export async function saved(page: Page, start: () => Promise<void>): Promise<{ name: string; path: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), start()]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

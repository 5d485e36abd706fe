import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findChromium, forSwiftShader, withoutChromium } from '../../../scripts/chromium.mjs';

const executablePath = findChromium();
if (!executablePath) console.log(withoutChromium);

/** For `describe.skipIf`: there is no browser, and a sentence on the console said so. */
export const noChromium = executablePath === undefined;

const QUIET = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  // Without these what WebGPU draws to a canvas stays blank: canvases have to lie in the same software Vulkan.
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--ignore-gpu-blocklist',
  `--${forSwiftShader}`,
];
const NO_WEBGPU = ['--disable-blink-features=WebGPU'];

export type Browser = {
  readonly context: BrowserContext;
  /** A new page at the address. What it complains about is kept: see `problems`. */
  open(url: string): Promise<Page>;
  /** Errors that a page did not catch and errors on its console or its workers', since the start. */
  readonly problems: string[];
  close(): Promise<void>;
};

/** A real Chromium with a profile of its own, with WebGPU in software or with none at all. */
export async function launch(options: { webgpu: boolean } & BrowserContextOptions): Promise<Browser> {
  const { webgpu, ...contextOptions } = options;
  const profile = mkdtempSync(join(tmpdir(), 'denoiser-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...contextOptions,
    executablePath,
    args: [...QUIET, ...(webgpu ? WEBGPU : NO_WEBGPU)],
  });
  // On a busy machine a page takes its time; a test fails by what it says, not by the clock.
  context.setDefaultTimeout(240_000);
  const problems: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => problems.push(String(error.error().stack ?? error.error())));
  return {
    context,
    problems,
    async open(url) {
      const page = await context.newPage();
      page.on('crash', () => problems.push('the page crashed'));
      await page.goto(url);
      return page;
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Where a test puts a picture of what it saw. */
export function screenshotPath(name: string): string {
  const folder = fileURLToPath(new URL('../.vitest/screenshots/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}

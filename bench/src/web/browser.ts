import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { findChromium, forSwiftShader, withoutChromium } from '../../../scripts/chromium.mjs';
import type { Measurement, Task } from './task';

declare function measure(task: Task): Promise<Measurement>; // in the page

const ARGUMENTS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu', '--enable-features=Vulkan'],
];
const SOFTWARE = ['--use-webgpu-adapter=swiftshader', `--${forSwiftShader}`];

export type Runner = { run(task: Task): Promise<Measurement>; close(): Promise<void> };

/** Measures in headless Chromium, each task in a page of its own. @param onGpu on the machine's adapter, not SwiftShader */
export async function browserRunner({ onGpu }: { onGpu: boolean }): Promise<Runner> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(withoutChromium);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/web/page.ts', import.meta.url))],
    ...{ bundle: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error', keepNames: true },
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [...ARGUMENTS, ...(onGpu ? [] : SOFTWARE)],
  });
  return {
    async run(task) {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      try {
        await page.goto(address);
        await page.waitForFunction(() => 'measure' in globalThis);
        return await page.evaluate((one) => measure(one), task);
      } finally {
        await page.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

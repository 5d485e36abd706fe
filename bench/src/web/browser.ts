import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { findChromium, forSwiftShader, withoutChromium } from '../../../scripts/chromium.mjs';
import { inBench } from '../in-bench';
import type { Programs, Runner } from './runner';

declare const programs: Programs; // in the page

const ARGUMENTS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu', '--enable-features=Vulkan'],
];
const SOFTWARE = ['--use-webgpu-adapter=swiftshader', `--${forSwiftShader}`];

/** Chrome's own advice for a graphics card without a screen. */
const ON_CARD = process.platform === 'linux' ? ['--use-angle=vulkan', '--disable-vulkan-surface'] : [];

/** What a page is opened with. */
export type BrowserOptions = {
  /** On the machine's adapter, not SwiftShader. */
  readonly onGpu: boolean;
  /** Files that the page can read, by their addresses; a folder's address ends with a slash. */
  readonly files?: Readonly<Record<string, string>>;
};

/** Runs programs in headless Chromium, each in a page of its own. */
export async function browserRunner({ onGpu, files = {} }: BrowserOptions): Promise<Runner> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(withoutChromium);
  const { outputFiles } = await build({
    entryPoints: [inBench('src/web/page.ts')],
    ...{ bundle: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error', keepNames: true },
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer(({ url = '/' }, response) => {
    const path = fileAt(files, url);
    if (path) {
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
      createReadStream(path).pipe(response);
      return;
    }
    const isScript = url === '/page.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [...ARGUMENTS, ...(onGpu ? ON_CARD : SOFTWARE)],
  });
  return {
    name: `Chromium ${browser.version()}`,
    async run(program, argument) {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      try {
        await page.goto(address);
        await page.waitForFunction(() => 'programs' in globalThis);
        const ask = ([name, value]: unknown[]) => programs[name as keyof Programs](value as never) as Promise<unknown>;
        return (await page.evaluate(ask, [program, argument] as unknown[])) as never;
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

const TYPES: Readonly<Record<string, string>> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

function fileAt(files: Readonly<Record<string, string>>, url: string): string | undefined {
  const found = Object.entries(files).find(([at]) => (at.endsWith('/') ? url.startsWith(at) : url === at));
  if (!found) return undefined;
  const [at, path] = found;
  return at.endsWith('/') ? join(path, basename(url)) : path;
}

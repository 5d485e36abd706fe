import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/** With these a page may share memory between threads. */
const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export type Site = { readonly url: string; close(): Promise<void> };

/**
 * Serves folders on 127.0.0.1, as a host of static files does.
 * @param folders by the path they appear under, such as `{ '/': 'dist', '/fixtures/': 'test/fixtures' }`
 */
export async function serve(
  folders: Record<string, string>,
  options: { isolated: boolean; headers?: Record<string, string> },
): Promise<Site> {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const prefix = prefixes.find((start) => path.startsWith(start)) ?? '';
    const name = normalize(path.slice(prefix.length)) || '.';
    const file = join(folders[prefix] ?? '', path.endsWith('/') ? join(name, 'index.html') : name);
    const headers = { 'Cache-Control': 'no-store', ...(options.isolated ? ISOLATION : {}), ...options.headers };
    try {
      if (prefix === '' || name.startsWith('..')) throw new Error('outside');
      const bytes = await readFile(file);
      response.writeHead(200, { ...headers, 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
    } catch {
      response.writeHead(404, headers);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

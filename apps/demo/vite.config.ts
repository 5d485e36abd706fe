import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

/** The address of the repository's page, which the root's package.json says once; empty as long as it does not. */
function repositoryPage(): string {
  const { repository } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const url: string = (typeof repository === 'string' ? repository : repository?.url) ?? '';
  return url.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** Where the page will lie, with a slash at its end: programs that show a link's picture want the whole address. */
const address = process.env.DEMO_URL ? process.env.DEMO_URL.replace(/\/*$/, '/') : '';

/** Cross-origin isolation gives the CPU engine its threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  define: { __REPOSITORY__: JSON.stringify(repositoryPage()) },
  plugins: [{ name: 'address', transformIndexHtml: (html) => html.replaceAll('%ADDRESS%', address) }],
  server: { host: '127.0.0.1', headers: isolation },
  preview: { host: '127.0.0.1', headers: isolation },
  worker: { format: 'es' },
});

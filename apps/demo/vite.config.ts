import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

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

/** Models that come as packages of their own, by the name of the file. */
const packaged: Record<string, URL> = {
  'glyphs.safetensors': new URL('../../packages/model-glyphs/glyphs.safetensors', import.meta.url),
};

/** Lays the files of those packages beside what lies in `public/models`. */
const packagedModels: Plugin = {
  name: 'packaged-models',
  configureServer({ middlewares }) {
    for (const [name, url] of Object.entries(packaged)) {
      middlewares.use(`/models/${name}`, (_, response) => response.end(readFileSync(url)));
    }
  },
  generateBundle() {
    for (const [name, url] of Object.entries(packaged)) {
      this.emitFile({ type: 'asset', fileName: `models/${name}`, source: readFileSync(url) });
    }
  },
};

export default defineConfig({
  base: './',
  define: {
    __REPOSITORY__: JSON.stringify(repositoryPage()),
    __MODELS__: JSON.stringify([...readdirSync(new URL('public/models', import.meta.url)), ...Object.keys(packaged)]),
  },
  plugins: [packagedModels, { name: 'address', transformIndexHtml: (html) => html.replaceAll('%ADDRESS%', address) }],
  server: { host: '127.0.0.1', headers: isolation },
  preview: { host: '127.0.0.1', headers: isolation },
  worker: { format: 'es' },
});

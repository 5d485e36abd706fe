// `node esbuild/build.mjs`. esbuild leaves `new URL('./worker-ready.js', import.meta.url)` as it is: the worker is an entry, too.
import { copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here('../dist/esbuild');

rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: { page: here('../page/page.js'), 'worker-ready': '@denoiser/backend-web/worker-ready' },
  outdir: out,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  // Our packages' chunks name each other for their order alone; esbuild says that it drops that.
  logOverride: { 'ignored-bare-import': 'silent' },
});
copyFileSync(here('../page/index.html'), `${out}/index.html`);

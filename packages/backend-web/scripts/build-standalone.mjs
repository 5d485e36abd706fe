import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// For pages without a bundler: the page's half, and the worker that comes with it as one file with everything in it.
const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
await build({
  entryPoints: { page: here('src/index.ts'), 'worker-ready': here('src/worker-ready.ts') },
  outdir: here('dist/standalone'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
  // Between a package's chunks, of which those without effect are rightly left out.
  logOverride: { 'ignored-bare-import': 'silent' },
});

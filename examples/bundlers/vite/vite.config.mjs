import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** `npx vite build --config vite/vite.config.mjs`. Vite finds the worker by itself; its default format is not a module. */
export default defineConfig({
  root: here('../page'),
  base: './',
  build: {
    outDir: here('../dist/vite'),
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: { checks: { pluginTimings: false } }, // else it says how long it took when it took long
  },
  worker: { format: 'es' },
});

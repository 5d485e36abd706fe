import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

const { exports = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const sources = Object.values<{ source?: string }>(exports).flatMap(({ source }) => source ?? []);

const programs = ['src/bin.ts', 'src/worker.ts'].map((path) => `./${path}`);

/** The one build of every package: ESM and source maps; dependencies stay outside. Declarations: scripts/build-types.mjs. */
export default defineConfig({
  entry: [...new Set([...sources, ...programs.filter((path) => existsSync(path))])],
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  clean: true,
  treeshake: true,
});

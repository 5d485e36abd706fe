import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

const { exports = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const sources = Object.values<{ source?: string }>(exports).flatMap(({ source }) => source ?? []);

/** The one build of every package: ESM and source maps; dependencies stay outside. Declarations: scripts/build-types.mjs. */
export default defineConfig({
  entry: [...sources, ...(existsSync('src/bin.ts') ? ['src/bin.ts'] : [])],
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  clean: true,
  treeshake: true,
});

import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** The one build of every package: ESM, types, source maps; dependencies stay outside. */
export default defineConfig({
  entry: ['src/index.ts', ...(existsSync('src/bin.ts') ? ['src/bin.ts'] : [])],
  format: 'esm',
  target: 'es2022',
  dts: true,
  sourcemap: true,
  clean: true,
  treeshake: true,
});

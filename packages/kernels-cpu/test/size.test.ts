import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

/** A page loads the engine before it can compute: both SIMD builds and what drives them stay under 150 kB compressed. */
test('the engine stays under 150 kB compressed', () => {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  const programs = readdirSync(dist).filter((name) => /\.(js|wasm)$/.test(name));
  const bytes = programs.reduce((sum, name) => sum + gzipSync(readFileSync(dist + name)).length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(150_000);
});

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { noAdapter } from './adapter';

const program = (...args: string[]) => {
  const options = { encoding: 'utf8', timeout: 120_000 } as const; // kills what does not end by itself, and throws
  return JSON.parse(
    execFileSync(process.execPath, [fileURLToPath(import.meta.resolve('./dawn-child.mjs')), ...args], options),
  );
};

test.skipIf(noAdapter)('a program samples on Dawn as on the CPU engine, and ends by itself', () => {
  const onDawn = program('webgpu');
  expect(onDawn.adapter).toMatch(/./);
  expect(onDawn.native).toContain('denoiser.Gelu');
  expect(onDawn.missing).toEqual([]);
  const { values } = program('engine');
  expect(values).toHaveLength(2 * 4 * 4 * 3);
  for (const [i, value] of values.entries()) expect(onDawn.values[i]).toBeCloseTo(value, 4);
});

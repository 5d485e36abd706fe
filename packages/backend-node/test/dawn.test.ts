import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Adapter } from '../src/device/adapter';
import { noAdapter } from './adapter';

const program = (args: string[], env: NodeJS.ProcessEnv = {}, file = './dawn-child.mjs') => {
  const options = { encoding: 'utf8', timeout: 120_000, env: { ...process.env, ...env }, stdio: 'pipe' } as const; // kills what does not end by itself, and throws
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.resolve(file)), ...args], options));
};

test.skipIf(noAdapter)('a program samples on Dawn as on the CPU engine, and ends by itself', () => {
  const onDawn = program(['webgpu']);
  expect(onDawn.adapter).toMatch(/./);
  expect(onDawn.native).toContain('denoiser.Gelu');
  expect(onDawn.missing).toEqual([]);
  const { values } = program(['engine']);
  expect(values).toHaveLength(2 * 4 * 4 * 3);
  for (const [i, value] of values.entries()) expect(onDawn.values[i]).toBeCloseTo(value, 4);
});

const swiftShader = '/usr/lib/chromium/libvk_swiftshader.so';
const hasSwiftShader = existsSync(swiftShader);

/** The drivers of a machine with two adapters: SwiftShader, and once more, by another name if there is one. */
function twoDrivers(name?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-drivers-'));
  const copy = join(folder, 'libvk_copy.so');
  copyFileSync(swiftShader, copy);
  if (name) {
    const bytes = readFileSync(copy);
    bytes.write(name, bytes.indexOf('SwiftShader Device'), 'latin1');
    writeFileSync(copy, bytes);
  }
  const manifests = [swiftShader, copy].map((path, i) => {
    const manifest = join(folder, `${i}.json`);
    writeFileSync(
      manifest,
      JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: path, api_version: '1.0.5' } }),
    );
    return manifest;
  });
  return manifests.join(':');
}

test.skipIf(!hasSwiftShader)('each of two adapters is listed and computes, by its number', () => {
  const env = { VK_ICD_FILENAMES: twoDrivers('SwiftShader Second') };
  const { adapters, native } = program(['webgpu:1'], env);
  const names = adapters.map(({ name }: Adapter) => name);
  expect(names.toSorted()).toEqual(['SwiftShader Device (Subzero)', 'SwiftShader Second (Subzero)']);
  expect(native).toContain('denoiser.Gelu');
  const found = [0, 1].map((number) => program([`webgpu:${number}`], env).adapter);
  expect(found).toEqual(names.map((name: string) => `${name} (google swiftshader)`));
  expect(() => program(['webgpu:2'], env)).toThrow(/there is no adapter 2, but 0, /);
});

test.skipIf(!hasSwiftShader)('of two adapters with one name the second cannot be had, which is said', () => {
  expect(() => program(['webgpu:1'], { VK_ICD_FILENAMES: twoDrivers() })).toThrow(/Dawn chooses adapters by name/);
});

test.skipIf(!hasSwiftShader)('threads compute on an adapter each at once, and draw the same', () => {
  const env = { VK_ICD_FILENAMES: twoDrivers('SwiftShader Second') };
  const [first, second] = program(['webgpu:0', 'webgpu:1'], env, './workers-child.mjs');
  expect([first.device.name, second.device.name]).toEqual(['webgpu:0', 'webgpu:1']);
  expect(first.device.adapter).not.toBe(second.device.adapter);
  expect(first.values).toHaveLength(8 * 8);
  expect(second.values).toEqual(first.values); // two renderers of one program
});

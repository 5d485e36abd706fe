import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './setup.mjs';

/**
 * Which packages each package may import: the table of docs/architecture.md as code. Sources only; tests may import
 * anything that is installed.
 */
const tf = '@tensorflow/tfjs-core';
const mayImport = {
  schedules: [],
  safetensors: [],
  metrics: [],
  ops: [tf],
  unet: [tf, '@denoiser/ops', '@denoiser/safetensors'],
  samplers: [tf, '@denoiser/ops', '@denoiser/schedules'],
  trainer: [tf, '@denoiser/ops', '@denoiser/schedules', '@denoiser/samplers', '@denoiser/safetensors'],
  'kernels-stock-wasm': [tf, '@denoiser/ops'],
  'kernels-cpu': [tf, '@denoiser/ops', '@tensorflow/tfjs-backend-cpu', 'node:'],
  'kernels-webgpu': [tf, '@denoiser/ops', '@tensorflow/tfjs-backend-webgpu'],
  pipeline: [
    tf,
    ...['metrics', 'ops', 'safetensors', 'samplers', 'schedules', 'trainer', 'unet'].map((name) => `@denoiser/${name}`),
  ],
  'backend-node': ['@denoiser/', '@tensorflow/', 'sharp', 'webgpu', 'node:'],
  'backend-web': ['@denoiser/', '@tensorflow/'],
  cli: ['@denoiser/', '@tensorflow/', 'node:', 'cli-progress', 'commander', 'd3-scale', 'd3-shape', 'zod'],
};
const never = { 'backend-node': ['@denoiser/unet'], 'backend-web': ['@denoiser/backend-node'] };

const matches = (name, pattern) =>
  /[:/]$/.test(pattern) ? name.startsWith(pattern) : name === pattern || name.startsWith(`${pattern}/`);

const wrong = [];
for (const folder of readdirSync(join(root, 'packages'))) {
  const allowed = mayImport[folder];
  if (!allowed) {
    wrong.push(`packages/${folder} is not in the table of scripts/check-imports.mjs`);
    continue;
  }
  const sources = join(root, 'packages', folder, 'src');
  for (const entry of readdirSync(sources, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    for (const { fileName: name } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      if (name.startsWith('.')) continue;
      const isAllowed = allowed.some((pattern) => matches(name, pattern));
      const isForbidden = (never[folder] ?? []).some((pattern) => matches(name, pattern));
      if (!isAllowed || isForbidden) wrong.push(`${relative(root, file)} imports ${name}`);
    }
  }
}
if (wrong.length > 0) {
  console.error(`Imports against the direction of docs/architecture.md:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
console.log('Imports keep their direction.');

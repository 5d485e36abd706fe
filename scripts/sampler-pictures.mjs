import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './setup.mjs';

/**
 * Makes the pictures of docs/choosing-a-sampler.md and prints its tables, from a checkpoint:
 *
 *   node scripts/sampler-pictures.mjs runs/digits [--out docs/images] [--seed 0] [--guidance 2]
 *
 * Build first. Every picture of a grid begins with the same noise.
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: join(root, 'docs/images') },
    seed: { type: 'string', default: '0' },
    guidance: { type: 'string', default: '2' },
  },
});
const [run] = positionals;
if (run === undefined) {
  console.error('Say which run to draw from: node scripts/sampler-pictures.mjs <run>');
  process.exit(1);
}

const requireHere = createRequire(join(root, 'packages/cli/package.json'));
const load = (name) => import(requireHere.resolve(name));
const [
  { selectDevice, fileCheckpointStore, tensorToBytes },
  samplers,
  { createSchedule },
  { readCheckpoint },
  { loadUNet },
  tf,
  { default: sharp },
] = await Promise.all(
  [
    '@denoiser/backend-node',
    '@denoiser/samplers',
    '@denoiser/schedules',
    '@denoiser/trainer',
    '@denoiser/unet',
    '@tensorflow/tfjs-core',
    'sharp',
  ].map(load),
);
const { createPlan, evaluations, sampleImages } = samplers;

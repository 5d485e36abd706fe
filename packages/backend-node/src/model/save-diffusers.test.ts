import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelFile } from '@denoiser/pipeline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withModelFile } from './open-model';
import { saveDiffusers } from './save-diffusers';

const digits = fileURLToPath(new URL('../../../model-digits/digits.safetensors', import.meta.url));
const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-diffusers-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The model, of whose weights the last one cannot be had. */
const broken = (model: ModelFile): ModelFile => {
  const last = [...model.weights.tensors.keys()].at(-1);
  const read: ModelFile['weights']['read'] = async (name) => {
    if (name === last) throw full;
    return model.weights.read(name);
  };
  return { ...model, weights: { ...model.weights, read } };
};

test('a new folder is whole or absent, an error names it, and what is there stays', async () => {
  const target = join(folder, 'ddpm');
  const failing = withModelFile(digits, { name: 'digits' }, (model) => saveDiffusers(broken(model), target));
  await expect(failing).rejects.toThrow(
    new RegExp(`^Cannot write ${target}: the disk is full: free some space or choose another folder\\.$`),
  );
  expect(await readdir(folder)).toEqual([]);
  await withModelFile(digits, {}, (model) => saveDiffusers(model, target));
  expect((await readdir(target)).sort()).toEqual(['model_index.json', 'scheduler', 'unet']);
  await mkdir(join(target, 'mine'));
  await withModelFile(digits, {}, (model) => saveDiffusers(model, target, { dtype: 'F16' }));
  expect(await readdir(target)).toContain('mine');
  expect(await readdir(folder)).toEqual(['ddpm']);
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findShippedModel, shippedModels } from './shipped-models';

const packages = fileURLToPath(new URL('../..', import.meta.url));

it('the table has each package of a model, and what it says of one is so', () => {
  const folders = readdirSync(packages).filter((folder) => folder.startsWith('model-'));
  expect(shippedModels.map(({ name }) => `model-${name}`)).toEqual(folders.toSorted());
  for (const { name, package: published, file } of shippedModels) {
    const manifest = JSON.parse(readFileSync(`${packages}/model-${name}/package.json`, 'utf8'));
    expect(manifest.name).toBe(published);
    const exported = manifest.exports[file.replace(published, '.')];
    expect(existsSync(`${packages}/model-${name}/${exported}`)).toBe(true);
    expect(manifest.files).toContain(exported.replace('./', ''));
  }
});

it('a model is known by its name and by its package, to the letter', () => {
  expect(findShippedModel('digits')?.file).toBe('@denoiser/model-digits/digits.safetensors');
  expect(findShippedModel('@denoiser/model-digits')?.name).toBe('digits');
  for (const text of ['Digits', './digits', 'digits/', 'constructor']) expect(findShippedModel(text)).toBeUndefined();
});

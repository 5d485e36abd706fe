import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveSource } from './resolve-source';
import { shippedModelOf, shippedModelPath } from './shipped-model';

const before = process.cwd();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-shipped-'));
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true, force: true });
});

describe('what a bare name means', () => {
  const name = async () => {
    const { options, close } = await resolveSource('digits', {});
    await close();
    return options.name;
  };

  it('the model of the package, where nothing of that name lies here', async () => {
    expect(await name()).toBe('@denoiser/model-digits');
  });

  it('the model of the package, where a folder of that name holds no model: images, for one', async () => {
    await mkdir('digits');
    expect(await name()).toBe('@denoiser/model-digits');
  });

  it('the run of that name, where there is one; the package is had by its own name', async () => {
    await mkdir('digits/checkpoints', { recursive: true });
    expect(await name()).toBe(join('digits', 'checkpoints'));
    expect(shippedModelOf('@denoiser/model-digits')?.name).toBe('digits');
  });

  it('the file of that name', async () => {
    await writeFile('digits', 'x');
    expect(await name()).toBe('digits');
  });
});

it('a path never means the model of a package', () => {
  expect(shippedModelOf('./digits')).toBeUndefined();
});

it('the weights of a package are found beside the program first, then beside this library', async () => {
  const shipped = shippedModelOf('digits');
  if (!shipped) throw new Error('digits is in the table');
  expect(existsSync(shippedModelPath(shipped))).toBe(true);
  const own = join(folder, 'node_modules', '@denoiser', 'model-digits');
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'package.json'), '{"exports":{"./digits.safetensors":"./digits.safetensors"}}');
  await writeFile(join(own, 'digits.safetensors'), '');
  expect(shippedModelPath(shipped)).toMatch(/denoiser-shipped-.*model-digits/);
});

it('says what to install where the package is not', () => {
  const absent = { name: 'none', package: '@denoiser/model-none', file: '@denoiser/model-none/none.safetensors' };
  expect(() => shippedModelPath(absent)).toThrow('install it: npm install @denoiser/model-none');
});

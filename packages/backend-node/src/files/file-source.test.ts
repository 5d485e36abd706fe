import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openSafetensors,
  readAllTensors,
  streamSafetensors,
  type TensorEntry,
  writeSafetensors,
} from '@denoiser/safetensors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileSource } from './file-source';
import { writeFileAtomically } from './write-atomically';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-source-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const tensors = new Map<string, TensorEntry>([
  ['a', { dtype: 'F32', shape: [3], data: Float32Array.of(1, 2, 3) }],
  ['b', { dtype: 'BF16', shape: [2], data: Uint16Array.of(4, 5) }],
]);
const bytes = writeSafetensors({ metadata: { format: 'pt' }, tensors });

test('a file goes from disk to disk tensor by tensor, and is the same', async () => {
  const [from, to] = [join(folder, 'a.safetensors'), join(folder, 'b.safetensors')];
  await writeFile(from, bytes);
  const opened = await openSafetensors(await openFileSource(from));
  await writeFileAtomically(to, streamSafetensors(opened, opened.read));
  expect((await readAllTensors(opened)).tensors).toEqual(tensors);
  await opened.close();
  expect(new Uint8Array(await readFile(to))).toEqual(bytes);
});

test('of a file that ends in the middle nothing is left', async () => {
  const path = join(folder, 'a.safetensors');
  async function* parts() {
    yield bytes.subarray(0, 20);
    throw new Error('no more');
  }
  await expect(writeFileAtomically(path, parts())).rejects.toThrow('no more');
  expect(await readdir(folder)).toEqual([]);
});

test('a file that becomes shorter while it is read is an error that names the tensor', async () => {
  const path = join(folder, 'a.safetensors');
  await writeFile(path, bytes);
  const opened = await openSafetensors(await openFileSource(path));
  await truncate(path, bytes.length - 2);
  await expect(opened.read('b')).rejects.toThrow(/gives 2 bytes of the 4 of tensor "b"/);
  await opened.close();
});

test('a path that is no file is an error that names it', async () => {
  await expect(openFileSource(join(folder, 'none'))).rejects.toMatchObject({ code: 'enoent' });
  const opened = openFileSource(folder).then((source) => source.read(0, 8).finally(() => source.close()));
  await expect(opened).rejects.toMatchObject({ code: 'eisdir', message: expect.stringContaining(folder) });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OpenTensors, readAllTensors, type TensorEntry, writeSafetensors } from '@denoiser/safetensors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWeights } from './open-weights';

const entry = (value: number): TensorEntry => ({ dtype: 'F32', shape: [1], data: Float32Array.of(value) });
const fileOf = (name: string, value: number) =>
  writeSafetensors({ metadata: {}, tensors: new Map([[name, entry(value)]]) });
const index = JSON.stringify({ weight_map: { a: 'm-1 of 2.safetensors', b: 'm-2 of 2.safetensors' } });
const files: Record<string, Uint8Array> = {
  'm.safetensors.index.json': new TextEncoder().encode(index),
  'm-1 of 2.safetensors': fileOf('a', 1),
  'm-2 of 2.safetensors': fileOf('b', 2),
};
const expected = new Map(Object.entries({ a: entry(1), b: entry(2) }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-weights-'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the index of several files opens them from its folder', async () => {
  const opened = (await openWeights(join(folder, 'm.safetensors.index.json'))) as OpenTensors;
  expect((await readAllTensors(opened)).tensors).toEqual(expected);
  await opened.close();
});

test('the index at an address opens those beside it, with the same query', async () => {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.end(files[decodeURIComponent(url.replace(/^\/r\/|\?.*$/g, ''))]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const opened = await openWeights(new URL(`http://127.0.0.1:${port}/r/m.safetensors.index.json?token=x`));
  expect((await readAllTensors(opened as OpenTensors)).tensors).toEqual(expected);
  await opened.close();
  expect(asked.slice(1)).toEqual(['/r/m-1%20of%202.safetensors?token=x', '/r/m-2%20of%202.safetensors?token=x']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a shard that is missing is named with its path', async () => {
  await rm(join(folder, 'm-2 of 2.safetensors'));
  await expect(openWeights(join(folder, 'm.safetensors.index.json'))).rejects.toMatchObject({
    code: 'enoent',
    message: expect.stringMatching(/Shard "m-2 of 2\.safetensors": Cannot read .*m-2 of 2\.safetensors/),
  });
});

test('the index of several files of PyTorch opens them, too', async () => {
  const saved = new URL('../../../pytorch/test/fixtures/shards/', import.meta.url);
  const opened = (await openWeights(fileURLToPath(new URL('pytorch_model.bin.index.json', saved)))) as OpenTensors;
  expect((await readAllTensors(opened)).tensors.get('head.weight')).toMatchObject({ dtype: 'F32', shape: [3, 4] });
  await opened.close();
});

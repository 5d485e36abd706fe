import { readFileSync } from 'node:fs';
import { memorySource } from '@denoiser/safetensors';
import { expect, test } from 'vitest';
import { torchFileOf } from '../test/torch-file';
import { openPyTorchShards } from './index';

/** A folder that knows which of its files are open. */
function folderOf(files: Readonly<Record<string, Uint8Array | undefined>>) {
  const open = new Set<string>();
  const asked: string[] = [];
  const source = async (name: string) => {
    asked.push(name);
    const bytes = files[name];
    if (!bytes)
      throw Object.assign(new Error(`${name} is not there.`), { isDenoiserError: true, code: 'file-missing' });
    open.add(name);
    return { ...memorySource(bytes), close: async () => void open.delete(name) };
  };
  return { open, asked, opened: async () => openPyTorchShards(await source('index'), source) };
}
const saved = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../test/fixtures/shards/${name}`, import.meta.url)));
const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const [first, second, third] = [1, 2, 3].map((i) => `pytorch_model-0000${i}-of-00003.bin`) as [string, string, string];
const files = Object.fromEntries([first, second, third].map((name) => [name, saved(name)]));
const [a, b] = ['module.embed.weight', 'module.conv.bias'];
const good = { metadata: { total_size: 100 }, weight_map: { [b]: second, [a]: first } };

test('what PyTorch has saved in several files is one state dict, tensor by tensor, tied ones and wrapped names too', async () => {
  const folder = folderOf({ index: saved('pytorch_model.bin.index.json'), ...files });
  const { tensors, read, description, close } = await folder.opened();
  expect(description).toBe('weights, their names without "module."');
  expect([...folder.open]).toEqual([first, second, third]);
  const expected = JSON.parse(new TextDecoder().decode(saved('expected.json')));
  expect([...tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [name, [shape, values]] of Object.entries(expected) as [string, [number[], string[]]][]) {
    const entry = await read(name);
    expect([name, entry.shape]).toEqual([name, shape]);
    if (entry.dtype === 'I64') expect(entry.data[0]).toBe(BigInt(values[0] as string));
    if (entry.dtype === 'F32') expect([...entry.data]).toEqual(values.map(Number));
  }
  expect(tensors.get('conv.weight')?.dtype).toBe('F16');
  expect(tensors.get('conv.bias')?.dtype).toBe('BF16');
  await close();
  expect(folder.open.size).toBe(0);
});

test('what an index does not list is left out', async () => {
  const { tensors, read } = await folderOf({ index: bytesOf(good), ...files }).opened();
  expect([...tensors.keys()]).toEqual(['conv.bias', 'embed.weight']);
  expect(await read('conv.bias')).toMatchObject({ dtype: 'BF16', data: Uint16Array.of(0x3f00, 0xbfc0) });
});

test.each([
  '../m.bin',
  '/etc/m.bin',
  'folder/m.bin',
  '..\\m.bin',
  'C:m.bin',
  '..%2fm.bin',
  'm.bin?a=.bin',
  '.hidden.bin',
  '.bin',
  'm.safetensors',
])('the name %j leaves the folder or is none, and nothing is opened', async (name) => {
  const folder = folderOf({ index: bytesOf({ weight_map: { [a]: first, w: name } }), ...files });
  await expect(folder.opened()).rejects.toMatchObject({
    code: 'index-invalid',
    message: expect.stringMatching(/^The index places tensor "w" in ".*", which is no name of a .bin file beside it/),
  });
  expect([folder.asked, folder.open.size]).toEqual([['index'], 0]);
});

test.each<[string, unknown, object, string]>([
  ['a tensor twice', `{"weight_map":{"a":"${first}","a":"${second}"}}`, files, 'The index has "a" twice'],
  ['an impossible size', { ...good, metadata: { total_size: -1 } }, files, 'The index has metadata whose total_size'],
  ['no map', { metadata: {} }, files, 'The index has no weight_map: it is no index of .bin files'],
  [
    'a tensor that is elsewhere',
    { weight_map: { [a]: second } },
    files,
    `tensor "${a}" is in "${second}", and it is not`,
  ],
  ['a file that is not there', good, { ...files, [second]: undefined }, `Shard "${second}": ${second} is not there.`],
  ['a file that is cut off', good, { ...files, [first]: files[first]?.slice(0, 300) }, `Shard "${first}": `],
  [
    'a file that is none',
    good,
    { ...files, [second]: bytesOf('<html>') },
    `Shard "${second}": The file is no file of torch.save`,
  ],
  [
    'a file of something else',
    good,
    { ...files, [second]: torchFileOf({ [b]: new Map() }) },
    `tensor "${b}" is in "${second}", and it is not`,
  ],
  ['nothing', { weight_map: {} }, files, 'The file has no dict of named tensors'],
])('an index of %s is refused in a sentence, and all is closed', async (_, index, content, message) => {
  const folder = folderOf({ index: bytesOf(index), ...(content as typeof files) });
  await expect(folder.opened()).rejects.toThrow(message);
  expect(folder.open.size).toBe(0);
});

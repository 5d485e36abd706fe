import { expect, test } from 'vitest';
import { type ByteSource, memorySource, openShards, readAllTensors, type TensorEntry, writeSafetensors } from './index';

const entry = (...values: number[]): TensorEntry => ({
  dtype: 'F32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const shard = (tensors: Record<string, TensorEntry>) =>
  writeSafetensors({ metadata: { format: 'pt' }, tensors: new Map(Object.entries(tensors)) });
const files: Record<string, Uint8Array> = {
  'model-00001-of-00002.safetensors': shard({ a: entry(1), b: entry(2, 3) }),
  'model-00002-of-00002.safetensors': shard({ c: entry(4), beside: entry(9) }),
};
const [first, second] = Object.keys(files) as [string, string];
const good = { metadata: { total_size: 16 }, weight_map: { c: second, a: first, b: first } };

function setOf(index: unknown, content = files) {
  const open = new Set<string>();
  const asked: string[] = [];
  const source = (name: string, bytes: Uint8Array): ByteSource => {
    open.add(name);
    return { ...memorySource(bytes), close: async () => void open.delete(name) };
  };
  const text = typeof index === 'string' ? index : JSON.stringify(index);
  const opened = openShards(source('index', new TextEncoder().encode(text)), async (name) => {
    asked.push(name);
    return source(name, content[name] as Uint8Array);
  });
  return { opened, open, asked };
}

test('shards are one set of tensors: those of the index, in the order of the files', async () => {
  const { opened, open } = setOf(good);
  const set = await opened;
  expect([...set.tensors.keys()]).toEqual(['c', 'a', 'b']);
  const { tensors, metadata } = await readAllTensors(set);
  expect(tensors).toEqual(new Map(Object.entries({ c: entry(4), a: entry(1), b: entry(2, 3) })));
  expect({ ...metadata }).toEqual({ format: 'pt' });
  await expect(set.read('beside')).rejects.toMatchObject({ code: 'tensor-missing' });
  expect([...open]).toEqual([second, first]);
  await set.close();
  expect([...open]).toEqual([]);
});

test.each([
  '../model.safetensors',
  '/etc/model.safetensors',
  'folder/model.safetensors',
  '..\\model.safetensors',
  'C:model.safetensors',
  '..%2fmodel.safetensors',
  'x.safetensors?a=.safetensors',
  '.hidden.safetensors',
  'model\u0000.safetensors',
  'model.bin',
  '.safetensors',
  '',
])('the name %j leaves the folder or is none, and nothing is opened', async (name) => {
  const { opened, open, asked } = setOf({ weight_map: { a: first, w: name } });
  await expect(opened).rejects.toMatchObject({
    code: 'index-invalid',
    message: expect.stringMatching(/^The index places tensor "w" in ".*", which is no name/),
  });
  expect([[...open], asked]).toEqual([[], []]);
});

test.each([
  ['is no JSON', '{', /not valid JSON/],
  ['is a list', [], /not a JSON object/],
  ['has no map', { metadata: {} }, /no weight_map/],
  ['has a list for a map', { weight_map: [first] }, /no weight_map/],
  ['has a number for a file', { weight_map: { a: 1 } }, /"a" in something else/],
  ['has a tensor twice', `{"weight_map":{"a":"${first}","a":"${second}"}}`, /"a" twice/],
  ['says a negative size', { ...good, metadata: { total_size: -1 } }, /total_size/],
  ['says a size of text', { ...good, metadata: { total_size: '1' } }, /total_size/],
  ['says an impossible size', '{"metadata":{"total_size":1e400},"weight_map":{}}', /total_size/],
  ['has metadata that are none', { ...good, metadata: [] }, /total_size/],
  ['is nested', `{"weight_map":${'{"a":'.repeat(100)}`, /^The index has objects nested/],
  [
    'lists a great many files',
    { weight_map: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [i, `${i}.safetensors`])) },
    /more than 4096 files/,
  ],
])('an index that %s is refused before a file is opened', async (_, index, message) => {
  const { opened, asked } = setOf(index);
  await expect(opened).rejects.toMatchObject({ code: 'index-invalid', message: expect.stringMatching(message) });
  expect(asked).toEqual([]);
});

test('an index larger than any is not read', async () => {
  const read = () => Promise.reject(new Error('it was read'));
  await expect(openShards({ length: 2 ** 40, read }, read)).rejects.toMatchObject({ code: 'index-invalid' });
});

test('a tensor that is not where the index says is named with its file, and all is closed', async () => {
  const { opened, open } = setOf({ weight_map: { ...good.weight_map, z: first } });
  await expect(opened).rejects.toMatchObject({
    code: 'tensor-missing',
    message: `The index says that tensor "z" is in "${first}", and it is not; get both files anew.`,
  });
  expect([...open]).toEqual([]);
});

test('a damaged shard is named', async () => {
  const cut = { ...files, [first]: (files[first] as Uint8Array).slice(0, -1) };
  const { opened, open } = setOf(good, cut);
  await expect(opened).rejects.toMatchObject({
    code: 'file-truncated',
    message: expect.stringContaining(`Shard "${first}": The file is cut off`),
  });
  expect([...open]).toEqual([]);
});

test('an index of nothing is a set without tensors', async () => {
  expect((await setOf({ weight_map: {} }).opened).tensors.size).toBe(0);
});

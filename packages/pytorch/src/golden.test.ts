import { readFileSync } from 'node:fs';
import { type TensorEntry, toFloat32Array } from '@denoiser/safetensors';
import { expect, test } from 'vitest';
import { isPyTorchFile, isTensor, openPyTorch, type PyTorchValue, readPyTorch } from './index';

const read = (name: string) => new Uint8Array(readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url)));
/** Written by test/fixtures/make-pytorch.py, with the files: what PyTorch has in them. */
const expected = JSON.parse(Buffer.from(read('expected.json')).toString()) as Record<string, unknown>;

const number = (value: number) => (Number.isFinite(value) ? value : { NaN: 'nan', Infinity: 'inf' }[String(value)]);

function numbersOf(tensor: TensorEntry): unknown[] {
  if (tensor.dtype === 'I64' || tensor.dtype === 'U64') return Array.from(tensor.data, String);
  return Array.from(tensor.dtype === 'F64' ? tensor.data : toFloat32Array(tensor), number);
}

/** A value as make-pytorch.py describes it. */
function described(value: PyTorchValue): unknown {
  if (typeof value === 'number') return number(value);
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (isTensor(value)) return { tensor: [value.dtype, value.shape, numbersOf(value)] };
  if (Array.isArray(value)) return value.map(described);
  if (value instanceof Map) return { map: [...value].map(([key, inner]) => [described(key), described(inner)]) };
  return value;
}

test.each(Object.keys(expected))('%s has the values that PyTorch put in', async (name) => {
  expect(described(await readPyTorch(read(name)))).toEqual(expected[name]);
});

test('a file that is read in parts has the values of one that is in memory', async () => {
  for (const name of ['zip.pt', 'legacy.pt']) {
    const bytes = read(name);
    const parts = { length: bytes.length, read: async (begin: number, end: number) => bytes.slice(begin, end) };
    expect(described(await readPyTorch(parts))).toEqual(expected[name]);
  }
});

test.each(Object.keys(expected))(
  'each tensor of %s is read by itself, and no more of the file than it is',
  async (name) => {
    const bytes = read(name);
    let most = 0;
    const source = {
      length: bytes.length,
      read: async (begin: number, end: number) => {
        most = Math.max(most, end - begin);
        return bytes.slice(begin, end);
      },
    };
    const { value, read: readTensor } = await openPyTorch(source);
    const filled = async (node: PyTorchValue): Promise<PyTorchValue> => {
      if (isTensor(node)) {
        expect(node.data).toHaveLength(0);
        most = 0;
        const tensor = await readTensor(node);
        expect(most).toBeLessThanOrEqual(Math.max(96, 2 * tensor.data.byteLength + 64));
        return tensor;
      }
      if (Array.isArray(node)) return Promise.all(node.map(filled));
      if (!(node instanceof Map)) return node;
      const entries = new Map<never, PyTorchValue>();
      for (const [key, inner] of node) entries.set(key as never, await filled(inner));
      return entries;
    };
    expect(described(await filled(value))).toEqual(expected[name]);
  },
);

test('of an archive the storages that tensors have are read, each once', async () => {
  const bytes = read('zip.pt');
  let storages = 0;
  const source = {
    length: bytes.length,
    read: async (begin: number, end: number) => {
      if (end - begin === 96) storages++; // the 24 numbers that five tensors are views of
      return bytes.slice(begin, end);
    },
  };
  const { views } = Object.fromEntries((await readPyTorch(source)) as Map<string, Map<string, TensorEntry>>);
  expect(storages).toBe(1);
  const of = (name: string) => views.get(name)?.data as Float32Array;
  expect(of('row').buffer).toBe(of('whole').buffer);
  expect(of('parameter').buffer).toBe(of('whole').buffer);
  expect(of('transposed').buffer).not.toBe(of('whole').buffer);
});

test('arrays of a file in memory are views of it', async () => {
  const bytes = read('zip.pt');
  const { views } = Object.fromEntries((await readPyTorch(bytes)) as Map<string, Map<string, TensorEntry>>);
  expect(views.get('whole')?.data.buffer).toBe(bytes.buffer);
});

test('a Buffer whose numbers are not aligned is read as the bytes are', async () => {
  const bytes = read('zip.pt');
  const shifted = Buffer.alloc(bytes.length + 1);
  shifted.set(bytes, 1);
  expect(described(await readPyTorch(shifted.subarray(1)))).toEqual(expected['zip.pt']);
});

test.each([
  ['refused-complex.pt', /torch\.ComplexFloatStorage/],
  ['refused-float8.pt', /torch\.float8_e4m3fnuz/],
  ['refused-sparse.pt', /torch\._utils\._rebuild_sparse_tensor/],
])('%s is refused by the name of its numbers', async (name, message) => {
  await expect(readPyTorch(read(name))).rejects.toMatchObject({
    code: 'dtype-unsupported',
    message: expect.stringMatching(message),
  });
});

test.each([
  ['refused-module.pt', /"torch\.nn\.modules\.linear\.Linear".*save\(model\.state_dict\(\)/],
  ['refused-array.pt', /"numpy\._core\.multiarray\._reconstruct"/],
])('%s is refused by the name of its class', async (name, message) => {
  await expect(readPyTorch(read(name))).rejects.toMatchObject({
    code: 'pickle-refused',
    message: expect.stringMatching(message),
  });
});

test('files of PyTorch are told from safetensors, whose headers have any length', () => {
  for (const name of Object.keys(expected)) expect(isPyTorchFile(read(name))).toBe(true);
  expect(isPyTorchFile(Uint8Array.of(0x80, 2, 0, 0, 0, 0, 0, 0))).toBe(false);
});

import { DenoiserError } from '@denoiser/errors';
import { expect, test } from 'vitest';
import {
  type ByteSource,
  memorySource,
  openSafetensors,
  readAllTensors,
  streamSafetensors,
  type TensorEntry,
  writeSafetensors,
} from './index';

const tensors = new Map<string, TensorEntry>([
  ['b', { dtype: 'F16', shape: [3], data: Uint16Array.of(1, 2, 3) }],
  ['a', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
  ['empty', { dtype: 'U8', shape: [0], data: new Uint8Array(0) }],
  ['c', { dtype: 'F8_E4M3', shape: [5], data: Uint8Array.of(1, 2, 3, 4, 5) }],
]);
const file = { metadata: { format: 'pt' }, tensors };
const bytes = writeSafetensors(file);

/** A source that writes down what is asked of it. */
function watched(of: Uint8Array = bytes): ByteSource & { asked: [number, number][]; isClosed: boolean } {
  const source = {
    asked: [] as [number, number][],
    isClosed: false,
    length: of.length,
    async read(from: number, to: number) {
      source.asked.push([from, to]);
      return of.slice(from, to);
    },
    async close() {
      source.isClosed = true;
    },
  };
  return source;
}

test('only the header is read before a tensor is asked for, and then only that', async () => {
  const source = watched();
  const opened = await openSafetensors(source);
  const data = bytes.length - 16 - 6 - 5;
  expect(source.asked).toEqual([
    [0, 8],
    [8, data],
  ]);
  expect({ ...opened.metadata }).toEqual({ format: 'pt' });
  expect([...opened.tensors.keys()].sort()).toEqual(['a', 'b', 'c', 'empty']);
  expect(await opened.read('b')).toEqual(tensors.get('b'));
  expect(source.asked.slice(2)).toEqual([[data + 16, data + 22]]);
  expect(await opened.read('empty')).toEqual(tensors.get('empty'));
  expect(source.asked).toHaveLength(3);
  await opened.close();
  expect(source.isClosed).toBe(true);
});

test('all tensors are read in the order of the file, each once', async () => {
  const source = watched();
  const all = await readAllTensors(await openSafetensors(source));
  expect(new Map([...all.tensors].sort())).toEqual(new Map([...tensors].sort()));
  const places = source.asked.map(([from]) => from);
  expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
});

test('what is read of memory are views of it', async () => {
  const { read } = await openSafetensors(memorySource(bytes));
  expect((await read('a')).data.buffer).toBe(bytes.buffer);
});

test('a tensor that is not there is an error', async () => {
  const { read } = await openSafetensors(watched());
  await expect(read('z')).rejects.toMatchObject({ code: 'tensor-missing', message: expect.stringContaining('"z"') });
});

test.each([
  ['is cut off', bytes.slice(0, -1), 'file-truncated'],
  ['has more at its end', new Uint8Array([...bytes, 0]), 'header-invalid'],
  ['is empty', new Uint8Array(0), 'file-truncated'],
  ['is too short for its header', bytes.slice(0, 20), 'file-truncated'],
  ['says a header longer than any', new Uint8Array(64).fill(0xff), 'header-invalid'],
])('a file that %s is refused before its data is read, and closed', async (_, damaged, code) => {
  const source = watched(damaged);
  await expect(openSafetensors(source)).rejects.toMatchObject({ code, isDenoiserError: true });
  expect(source.isClosed).toBe(true);
  expect(Math.max(...source.asked.map(([, to]) => to), 0)).toBeLessThan(bytes.length - 20);
});

test('a source that gives too little, or more than memory holds, is named in a sentence', async () => {
  const short = { ...watched(), read: async (from: number, to: number) => bytes.slice(from, from < 100 ? to : to - 1) };
  const { read } = await openSafetensors(short);
  await expect(read('a')).rejects.toThrow(/gives 15 bytes of the 16 of tensor "a"/);
  const header = `{"w":{"dtype":"U8","shape":[${2 ** 50}],"data_offsets":[0,${2 ** 50}]}}`;
  const start = Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(header.length)).buffer), Buffer.from(header)]);
  const large = await openSafetensors({
    length: start.length + 2 ** 50,
    read: async (from, to) => (to <= start.length ? start.subarray(from, to) : new Uint8Array(to - from)),
  });
  await expect(large.read('w')).rejects.toMatchObject({ code: 'tensor-too-large' });
});

const partsOf = async (stream: AsyncIterable<Uint8Array>) => {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
};

test('a stream has the bytes of the whole, and asks for one tensor after the other', async () => {
  const events: string[] = [];
  const stream = streamSafetensors(file, async (name) => {
    events.push(name);
    return tensors.get(name) as TensorEntry;
  });
  expect(stream.byteLength).toBe(bytes.length);
  for await (const part of stream) events.push(`${part.length} bytes`);
  expect(events.slice(1)).toEqual(['a', '16 bytes', 'b', '6 bytes', 'c', '5 bytes', 'empty', '0 bytes']);
  const parts = await partsOf(stream); // once more from the start
  expect(new Uint8Array(Buffer.concat(parts))).toEqual(bytes);
});

test('a file goes through, tensor by tensor', async () => {
  const opened = await openSafetensors(watched());
  const parts = await partsOf(streamSafetensors(opened, opened.read));
  expect(new Uint8Array(Buffer.concat(parts))).toEqual(bytes);
});

test('a tensor that is not as the list says is named', async () => {
  const list = { metadata: {}, tensors: new Map([['w', { dtype: 'F32' as const, shape: [3] }]]) };
  const other: TensorEntry = { dtype: 'F16', shape: [3], data: new Uint16Array(3) };
  await expect(partsOf(streamSafetensors(list, () => other))).rejects.toThrow(
    /"w" is F16 \[3\], but F32 \[3\] in the list/,
  );
  const short: TensorEntry = { dtype: 'F32', shape: [3], data: new Float32Array(2) };
  await expect(partsOf(streamSafetensors(list, () => short))).rejects.toThrow(
    /"w" has 2 elements, but the shape \[3\]/,
  );
  const negative = { metadata: {}, tensors: new Map([['w', { dtype: 'F32' as const, shape: [-3] }]]) };
  expect(() => streamSafetensors(negative, () => short)).toThrow(DenoiserError);
});

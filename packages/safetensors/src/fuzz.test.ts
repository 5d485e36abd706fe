import { expect, test } from 'vitest';
import { changeBytes, changeJson, fuzz, type Random } from '../../../tests/fuzz';
import {
  type ByteSource,
  memorySource,
  openSafetensors,
  openShards,
  readAllTensors,
  readSafetensors,
  readSafetensorsHeader,
  type TensorEntry,
  toFloat32Array,
  writeSafetensors,
} from './index';

const tensors = new Map<string, TensorEntry>([
  ['a.weight', { dtype: 'F32', shape: [2, 3], data: new Float32Array(6) }],
  ['b', { dtype: 'BF16', shape: [3], data: new Uint16Array(3) }],
  ['c', { dtype: 'I64', shape: [], data: new BigInt64Array(1) }],
  ['d', { dtype: 'F8_E5M2', shape: [2, 2], data: new Uint8Array(4) }],
  ['e', { dtype: 'U64', shape: [1], data: new BigUint64Array(1) }],
  ['empty', { dtype: 'U8', shape: [0, 5], data: new Uint8Array(0) }],
]);
const samples = [
  writeSafetensors({ metadata: {}, tensors }),
  writeSafetensors({ metadata: { format: 'pt', 'a"b': '{"x":[1]}' }, tensors }),
];

/** Changes the JSON of a header, and keeps the rest in its form. */
function changeHeader(random: Random): Uint8Array {
  if (random(4) === 0) return changeBytes(random, samples);
  const sample = Buffer.from(samples[random(samples.length)]);
  const end = 8 + Number(sample.readBigUInt64LE());
  const header = changeJson(random, [sample.subarray(8, end)]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, sample.subarray(end)]);
}

const fileIn = (bytes: Uint8Array) => {
  for (const tensor of readSafetensors(bytes).tensors.values()) toFloat32Array(tensor);
};

/** A source that gives nothing beyond its end, and holds it against who asks. */
function strict(bytes: Uint8Array): ByteSource {
  const read: ByteSource['read'] = async (from, to) => {
    if (!(from >= 0 && from <= to && to <= bytes.length)) throw new Error(`${from} to ${to} of ${bytes.length}`);
    return bytes.subarray(from, to);
  };
  return { length: bytes.length, read };
}

test('whatever a file is, it is read or refused in a sentence', async () => {
  const { refused } = await fuzz({ samples, read: fileIn, change: changeHeader, runs: 20_000 });
  expect(refused).toBeGreaterThan(0);
});

test('whatever the beginning of a file is, its header is read or refused in a sentence', async () => {
  await fuzz({ samples, read: readSafetensorsHeader, change: changeHeader, runs: 3000 });
});

test('whatever a file is, tensor by tensor it is read or refused as the whole is', async () => {
  const outcome = async (read: () => unknown) => {
    try {
      return await read();
    } catch (error) {
      return error;
    }
  };
  const read = async (bytes: Uint8Array) => {
    const opened = await outcome(async () => readAllTensors(await openSafetensors(strict(bytes))));
    expect(opened).toEqual(await outcome(() => readSafetensors(bytes)));
    if (opened instanceof Error) throw opened;
  };
  await fuzz({ samples, read, change: changeHeader, runs: 2000 });
});

test('whatever an index is, it is read or refused in a sentence, and only files beside it are opened', async () => {
  const [shard] = samples as [Uint8Array];
  const names = ['a-1.safetensors', 'a-2.safetensors'];
  const index = { metadata: { total_size: 12 }, weight_map: { 'a.weight': names[0], b: names[1], c: names[1] } };
  const open = async (name: string) => {
    if (!/^[^./\\][^/\\]*$/.test(name)) throw new Error(`it opens ${name}`);
    return memorySource(shard);
  };
  await fuzz({
    samples: [new TextEncoder().encode(JSON.stringify(index))],
    change: changeJson,
    read: async (bytes) => readAllTensors(await openShards(strict(bytes), open)),
    runs: 2000,
  });
});

import { expect, test } from 'vitest';
import { changeBytes, changeJson, fuzz, type Random } from '../../../tests/fuzz';
import { readSafetensors, readSafetensorsHeader, type TensorEntry, toFloat32Array, writeSafetensors } from './index';

const tensors = new Map<string, TensorEntry>([
  ['a.weight', { dtype: 'F32', shape: [2, 3], data: new Float32Array(6) }],
  ['b', { dtype: 'BF16', shape: [3], data: new Uint16Array(3) }],
  ['c', { dtype: 'I64', shape: [], data: new BigInt64Array(1) }],
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

test('whatever a file is, it is read or refused in a sentence', async () => {
  const { refused } = await fuzz({ samples, read: fileIn, change: changeHeader, runs: 3000 });
  expect(refused).toBeGreaterThan(0);
});

test('whatever the beginning of a file is, its header is read or refused in a sentence', async () => {
  await fuzz({ samples, read: readSafetensorsHeader, change: changeHeader, runs: 3000 });
});

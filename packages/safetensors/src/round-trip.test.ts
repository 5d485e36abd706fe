import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ARRAYS, type DType } from './dtypes';
import { readSafetensors, readSafetensorsHeader, type TensorEntry, type TensorFile, writeSafetensors } from './index';

const dtypes = Object.keys(ARRAYS) as DType[];
const names = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', '0', '', 'a.b"\\'));

const entries: fc.Arbitrary<TensorEntry> = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(4), { maxLength: 3 }) })
  .chain(({ dtype, shape }) => {
    const bytes = shape.reduce((a, b) => a * b, 1) * ARRAYS[dtype].BYTES_PER_ELEMENT;
    return fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((raw) => ({ dtype, shape, data: new ARRAYS[dtype](raw.slice().buffer) }) as TensorEntry);
  });

const files: fc.Arbitrary<TensorFile> = fc.record({
  metadata: fc.dictionary(names, fc.string({ unit: 'grapheme' })),
  tensors: fc
    .uniqueArray(fc.tuple(names, entries), { selector: ([name]) => name, maxLength: 6 })
    .map((list) => new Map(list)),
});

const bits = ({ data }: TensorEntry) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
const content = ({ metadata, tensors }: TensorFile) => ({
  metadata: Object.entries(metadata).sort(),
  tensors: [...tensors].map(([name, t]) => [name, t.dtype, t.shape, bits(t)]).sort(),
});

test('what is written is read again, bit for bit, wherever the bytes stand in their buffer', () => {
  fc.assert(
    fc.property(files, fc.nat(9), (file, offset) => {
      const bytes = writeSafetensors(file);
      const moved = new Uint8Array(bytes.length + offset).subarray(offset);
      moved.set(bytes);
      expect(content(readSafetensors(moved))).toEqual(content(file));
    }),
  );
});

test('equal content gives equal bytes, in whatever order it was put in', () => {
  fc.assert(
    fc.property(files, (file) => {
      const reversed = { ...file, tensors: new Map([...file.tensors].reverse()) };
      expect(writeSafetensors(reversed)).toEqual(writeSafetensors(file));
    }),
  );
});

test('arrays of a file that was written here are views of its bytes', () => {
  fc.assert(
    fc.property(files, (file) => {
      const bytes = writeSafetensors(file);
      for (const { data } of readSafetensors(bytes).tensors.values()) expect(data.buffer).toBe(bytes.buffer);
    }),
  );
});

test('the beginning of a file suffices to know what is in it', () => {
  fc.assert(
    fc.property(files, (file) => {
      const bytes = writeSafetensors(file);
      const { dataOffset } = readSafetensorsHeader(bytes);
      const header = readSafetensorsHeader(bytes.slice(0, dataOffset));
      expect(header.byteLength).toBe(bytes.length);
      for (const [name, { dtype, shape, begin, end }] of header.tensors) {
        expect([dtype, shape]).toEqual([file.tensors.get(name)?.dtype, file.tensors.get(name)?.shape]);
        const tensor = file.tensors.get(name);
        expect([...bytes.slice(begin, end)]).toEqual(tensor && bits(tensor));
      }
    }),
  );
});

test('a truncated file is an error of this package, at any length', () => {
  fc.assert(
    fc.property(files, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (file, part) => {
      const bytes = writeSafetensors(file);
      expect(failure(() => readSafetensors(bytes.slice(0, Math.floor(part * bytes.length))))).toBe('DenoiserError');
    }),
  );
});

test('a damaged header is read as something or is an error of this package, never another one', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(files, damage, (file, changes) => {
      const bytes = writeSafetensors(file);
      const { dataOffset } = readSafetensorsHeader(bytes);
      for (const [at, value] of changes) bytes[at % dataOffset] = value;
      expect([undefined, 'DenoiserError']).toContain(failure(() => readSafetensors(bytes)));
    }),
    { numRuns: 1000 },
  );
});

test('any JSON as a header is read or is an error of this package', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (json) => {
      const text = new TextEncoder().encode(json);
      const bytes = new Uint8Array(8 + text.length);
      bytes[0] = text.length & 0xff;
      bytes[1] = text.length >> 8;
      bytes.set(text, 8);
      expect([undefined, 'DenoiserError']).toContain(failure(() => readSafetensors(bytes)));
    }),
  );
});

/** The name of what `run` throws; undefined if nothing. */
function failure(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : 'no error';
  }
}

test('a Buffer of Node whose arrays are not aligned is read as the bytes are', () => {
  const data = Float32Array.of(1, 2, 3);
  const bytes = writeSafetensors({ metadata: {}, tensors: new Map([['a', { dtype: 'F32', shape: [3], data }]]) });
  const shifted = Buffer.alloc(bytes.length + 1);
  shifted.set(bytes, 1);
  expect(readSafetensors(shifted.subarray(1)).tensors.get('a')?.data).toEqual(data);
});

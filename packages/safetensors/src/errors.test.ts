import { DenoiserError } from '@denoiser/errors';
import { expect, test, vi } from 'vitest';
import { readSafetensors, readSafetensorsHeader, type TensorEntry, writeSafetensors } from './index';

/** A file with this header and as many bytes of data. */
function fileOf(header: string | object, dataLength = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
const f32Of = (begin: number, end: number) => ({ w: f32([1], begin, end) });

const broken: [what: string, bytes: Uint8Array, code: string, message: RegExp][] = [
  ['an empty file', new Uint8Array(0), 'file-truncated', /has 0 bytes and needs at least 8/],
  ['text', new TextEncoder().encode('PK and so on'), 'header-invalid', /no safetensors file: .* text "PK and s"\.$/],
  ['a web page', new TextEncoder().encode('<!doctype html><p>'), 'header-invalid', /begins with the text "<!doctyp"/],
  ['other bytes', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 8, 8), 'header-invalid', /no safetensors file.*100000000/],
  ['a header that ends early', fileOf('{}').slice(0, 9), 'file-truncated', /has 9 bytes and the header ends at 10/],
  ['a header that is no JSON', fileOf('{"a"'), 'header-invalid', /not valid JSON/],
  ['a header that is a list', fileOf('[]'), 'header-invalid', /not a JSON object/],
  ['a header with text before it', fileOf(' {}'), 'header-invalid', /not a JSON object/],
  ['a header that is no UTF-8', fileOf('{}').fill(0xff, 8), 'header-invalid', /not UTF-8/],
  ['a name twice', fileOf('{"a":{"b":0},"a":{}}'), 'header-invalid', /"a" twice/],
  ['a field twice', fileOf('{"a":{"dtype":"F32","dtype":"I8"}}'), 'header-invalid', /"dtype" twice/],
  ['an escaped name twice', fileOf('{"a":{},"\\u0061" :{}}'), 'header-invalid', /"a" twice/],
  ['metadata that is a list', fileOf({ __metadata__: [] }), 'header-invalid', /__metadata__ is not an object/],
  ['metadata with a number', fileOf({ __metadata__: { n: 1 } }), 'header-invalid', /"n", which is not a string/],
  ['a tensor that is null', fileOf({ w: null }), 'tensor-invalid', /"w" is not described/],
  ['an unknown dtype', fileOf({ w: { dtype: 'F4' } }), 'dtype-unsupported', /"w" has the dtype "F4"; F64, F32/],
  ['an inherited dtype', fileOf({ w: { dtype: 'toString' } }), 'dtype-unsupported', /"w" has the dtype "toString"/],
  ['no dtype', fileOf({ w: {} }), 'tensor-invalid', /"w" has no dtype/],
  ['no shape', fileOf({ w: { dtype: 'F32' } }), 'tensor-invalid', /"w" has no shape/],
  ['a negative size', fileOf({ w: f32([-1], 0, 4) }), 'tensor-invalid', /"w" has a shape that/],
  ['half an element', fileOf({ w: f32([0.5], 0, 2) }), 'tensor-invalid', /"w" has a shape that/],
  [
    'a size of minus zero',
    fileOf('{"w":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'),
    'tensor-invalid',
    /"w" has a shape that/,
  ],
  [
    'a size beyond any number',
    fileOf('{"w":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}}'),
    'tensor-invalid',
    /"w" has a shape that/,
  ],
  [
    'a size that float64 rounds',
    fileOf('{"w":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,9007199254740993]}}'),
    'tensor-invalid',
    /"w" has a shape that/,
  ],
  [
    'a product that overflows to the right number',
    fileOf(`{"w":{"dtype":"U8","shape":[${2 ** 33},${2 ** 33},4],"data_offsets":[0,0]}}`),
    'tensor-invalid',
    /"w" has a shape that/,
  ],
  [
    'offsets at the end of the numbers',
    fileOf(f32Of(Number.MAX_SAFE_INTEGER - 4, Number.MAX_SAFE_INTEGER)),
    'tensor-invalid',
    /"w" has data_offsets that/,
  ],
  ['offsets of text', fileOf({ w: f32([1], '0', '4') }), 'tensor-invalid', /"w" has data_offsets that/],
  ['negative offsets', fileOf({ w: f32([1], -4, 0) }), 'tensor-invalid', /"w" has data_offsets that/],
  [
    'an empty tensor within another',
    fileOf({ v: f32([2], 0, 8), w: f32([0], 4, 4) }, 8),
    'tensor-invalid',
    /"w" overlaps/,
  ],
  ['the same bytes twice', fileOf({ v: f32([1], 0, 4), w: f32([1], 0, 4) }, 4), 'tensor-invalid', /"w" overlaps/],
  ['an impossible size', fileOf({ w: f32([2 ** 40, 2 ** 40], 0, 4) }), 'tensor-invalid', /"w" has a shape that/],
  ['no offsets', fileOf({ w: { dtype: 'F32', shape: [] } }), 'tensor-invalid', /"w" has no data_offsets/],
  ['descending offsets', fileOf({ w: f32([1], 4, 0) }), 'tensor-invalid', /"w" has data_offsets that/],
  ['too few bytes', fileOf({ w: f32([2, 3], 0, 20) }, 20), 'tensor-invalid', /"w" takes 20 bytes.*\[2, 3\] takes 24/],
  ['overlap', fileOf({ v: f32([2], 0, 8), w: f32([2], 4, 12) }, 12), 'tensor-invalid', /"w" overlaps/],
  ['a hole', fileOf({ v: f32([1], 0, 4), w: f32([1], 8, 12) }, 12), 'tensor-invalid', /"w" leaves unused/],
  ['a hole at the start', fileOf({ w: f32([1], 4, 8) }, 8), 'tensor-invalid', /"w" leaves unused/],
  [
    'missing data',
    fileOf({ v: f32([1], 0, 4), w: f32([9], 4, 40) }, 30),
    'file-truncated',
    /has 146 bytes of 156, .*"w"/,
  ],
  ['bytes at the end', fileOf({ v: f32([1], 0, 4) }, 6), 'header-invalid', /damaged/],
];

test.each(broken)('%s is refused with the reason', (_, bytes, code, message) => {
  expect(() => readSafetensors(bytes)).toThrow(DenoiserError);
  expect(() => readSafetensors(bytes)).toThrow(expect.objectContaining({ code, isDenoiserError: true }));
  expect(() => readSafetensors(bytes)).toThrow(message);
});

test('a shape of millions of sizes is refused in a short sentence', () => {
  expect(() => readSafetensors(fileOf({ w: f32(new Array(1e6).fill(1), 0, 4) }))).toThrow(
    /^Tensor "w" has a shape of 1000000 sizes, and 64 is the most\.$/,
  );
  expect(() => readSafetensors(fileOf({ w: f32(new Array(64).fill(1), 0, 8) }))).toThrow(/^.{1,200}$/);
});

test.each([
  ['nested', `${'{"a":'.repeat(2e6)}0${'}'.repeat(2e6)}`, /nested more than 8 deep/],
  ['nested lists', `{"a":${'['.repeat(2e6)}`, /nested more than 8 deep/],
  ['of a great many objects', `{${'"a":{},'.repeat(2e6)}"b":{}}`, /more than 1048576 objects/],
  ['of a great many values', `{"a":[${'1,'.repeat(5e6)}1]}`, /more than 4194304 values/],
])('a header %s is refused before it is parsed', (_, header, message) => {
  const bytes = fileOf(header);
  const parse = vi.spyOn(JSON, 'parse');
  expect(() => readSafetensors(bytes)).toThrow(message);
  expect(parse).not.toHaveBeenCalled();
  parse.mockRestore();
});

test('brackets within strings are text', () => {
  const { metadata } = readSafetensors(
    fileOf({ __metadata__: { config: '[['.repeat(50), quoted: '"\\"{{{{{{{{{{{{' } }),
  );
  expect(metadata.config).toHaveLength(100);
});

test('metadata that is null is no metadata, as Python reads it', () => {
  expect({ ...readSafetensors(fileOf({ __metadata__: null, w: f32([1], 0, 4) }, 4)).metadata }).toEqual({});
});

test('control characters of names are escaped in messages', () => {
  expect(() => readSafetensors(fileOf({ 'a\x1b[2J\x9b\u202e': null }))).toThrow('"a\\u001b[2J\\x9b\\u202e"');
});

test('names such as __proto__ are names like any other', () => {
  const header = `{"__metadata__":{"__proto__":"m"},"__proto__":${JSON.stringify(f32([1], 0, 4))}}`;
  const { metadata, tensors } = readSafetensors(fileOf(header, 4));
  expect(Object.entries(metadata)).toEqual([['__proto__', 'm']]);
  expect([...tensors.keys()]).toEqual(['__proto__']);
  expect(metadata.toString).toBeUndefined();
});

test('an impossible length is refused before anything of that size is made', () => {
  const bytes = new Uint8Array(16).fill(0xff);
  expect(() => readSafetensorsHeader(bytes)).toThrow(/18446744073709551615/);
});

test('a very long name is cut in the message', () => {
  expect(() => readSafetensors(fileOf({ ['x'.repeat(1e6)]: null }))).toThrow(/^.{1,200}$/);
});

const unwritable: [what: string, name: string, entry: unknown, message: RegExp][] = [
  [
    'a shape of another size',
    'w',
    { dtype: 'F32', shape: [3], data: new Float32Array(2) },
    /"w" has 2 elements, but the/,
  ],
  [
    'another array',
    'w',
    { dtype: 'F32', shape: [2], data: new Float64Array(2) },
    /"w" is F32 and needs .* Float32Array/,
  ],
  ['an unknown dtype', 'w', { dtype: 'F128', shape: [0], data: new Float32Array(0) }, /"w" has the dtype "F128"/],
  ['the reserved name', '__metadata__', { dtype: 'I8', shape: [0], data: new Int8Array(0) }, /reserves/],
  ['half a surrogate pair', '\ud800', { dtype: 'I8', shape: [0], data: new Int8Array(0) }, /surrogate/],
];

test.each(unwritable)('%s is not written', (_, name, entry, message) => {
  const tensors = new Map([[name, entry as TensorEntry]]);
  expect(() => writeSafetensors({ metadata: {}, tensors })).toThrow(DenoiserError);
  expect(() => writeSafetensors({ metadata: {}, tensors })).toThrow(message);
});

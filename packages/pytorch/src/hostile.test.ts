import { expect, test } from 'vitest';
import { bytesOf, legacyFileOf, named, pickleOf, repeat, text, zipOf } from '../test/pickle-bytes';
import { readPyTorch } from './index';
import { OP } from './pickle/opcodes';

const fileOf = (...parts: Parameters<typeof pickleOf>) => zipOf({ 'archive/data.pkl': pickleOf(...parts) });
const call = [...text('echo'), OP.TUPLE1, OP.REDUCE];

/** As a file of the new form and of the old one. */
async function refusal(pickle: Uint8Array, code: string, message: RegExp): Promise<void> {
  for (const file of [zipOf({ 'archive/data.pkl': pickle }), legacyFileOf(pickle)]) {
    const error = await readPyTorch(file).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ isDenoiserError: true, code, message: expect.stringMatching(message) });
    expect((error as Error).message).toMatch(/^.{1,300}$/);
  }
}

test.each([
  ['GLOBAL and REDUCE', pickleOf(named('os', 'system'), call)],
  ['STACK_GLOBAL', pickleOf(text('os'), text('system'), OP.STACK_GLOBAL, call)],
  ['INST', pickleOf(OP.MARK, text('echo'), OP.INST, 'os\nsystem\n')],
  ['OBJ', pickleOf(OP.MARK, named('os', 'system'), text('echo'), 0x6f)],
  ['NEWOBJ', pickleOf(named('os', 'system'), text('echo'), OP.TUPLE1, OP.NEWOBJ)],
  ['NEWOBJ_EX', pickleOf(named('os', 'system'), OP.EMPTY_TUPLE, OP.EMPTY_DICT, 0x92)],
  ['a name alone', pickleOf(named('os', 'system'))],
])('os.system by %s is refused by its name', async (_, pickle) => {
  await refusal(pickle, 'pickle-refused', /names "os\.system"/);
});

test.each([
  ['builtins', 'eval'],
  ['builtins', 'getattr'],
  ['torch', 'load'],
  ['torch.storage', '_load_from_bytes'],
  ['torch.hub', 'load'],
  ['torch._utils', 'toString'],
  ['collections', '__proto__'],
  ['collections.OrderedDict', 'fromkeys'],
  ['__proto__', 'constructor'],
  ['\x1b]0;title\x07', 'x'],
  ['x'.repeat(5000), 'y'],
])('%s.%s is refused', async (module, name) => {
  await refusal(pickleOf(named(module, name), OP.EMPTY_TUPLE, OP.REDUCE), 'pickle-refused', /names "/);
});

test.each([
  ['DUP', 0x32],
  ['INT', 0x49],
  ['OBJ', 0x6f],
  ['EXT4', 0x84],
  ['NEXT_BUFFER', 0x97],
])('the instruction %s is refused by its name', async (name, code) => {
  await refusal(pickleOf(OP.NONE, code), 'pickle-refused', new RegExp(`instruction ${name},`));
});

test('INST of a class that may be named is refused, too', async () => {
  const pickle = pickleOf(OP.MARK, OP.INST, 'collections\nOrderedDict\n');
  await refusal(pickle, 'pickle-refused', /instruction INST/);
});

/** A list of ten lists, each of ten of the ones before, so many times: a few bytes, 10ⁿ values. */
const laughs = (levels: number) =>
  Array.from({ length: levels }, (_, level) => [
    ...[OP.POP, OP.EMPTY_LIST, OP.BINPUT, level + 1, OP.MARK],
    ...repeat(10, OP.BINGET, level),
    OP.APPENDS,
  ]).flat();
const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return [...bytes];
};

test.each([
  ['a list of lists that unfolds', pickleOf(OP.EMPTY_LIST, [OP.BINPUT, 0], laughs(30)), /unfolds to more than/],
  ['a list in itself', pickleOf(OP.EMPTY_LIST, [OP.BINPUT, 0, OP.BINGET, 0], OP.APPEND), /within itself/],
  ['a dict in itself', pickleOf(OP.EMPTY_DICT, [OP.BINPUT, 0], text('a'), [OP.BINGET, 0], OP.SETITEM), /within itself/],
  ['deep nesting', pickleOf(OP.NONE, repeat(100_000, OP.TUPLE1)), /nested more than 200 deep/],
  ['a great many marks', pickleOf(repeat(1_100_000, OP.MARK)), /more than 1048576 values on its stack/],
  ['a great many dicts', pickleOf(repeat(1_100_000, OP.EMPTY_DICT, OP.POP)), /more than 1048576 objects/],
  ['a great many memories', pickleOf(OP.NONE, repeat(1_100_000, OP.MEMOIZE)), /remembers more than 1048576 values/],
  ['a memory that is not there', pickleOf([OP.BINGET, 7]), /recalls value 7/],
  [
    'a far memory',
    pickleOf(OP.NONE, [OP.LONG_BINPUT, 255, 255, 255, 255], [OP.LONG_BINGET, 255, 255, 255, 254]),
    /recalls value 4278190079/,
  ],
  ['an overlong number', pickleOf(OP.LONG4, number(2 ** 31), repeat(300, 1)), /a number of 2147483648 bytes/],
  ['a negative length', pickleOf(OP.LONG4, number(2 ** 32 - 1)), /a number of 4294967295 bytes/],
  ['an overlong text', pickleOf(OP.BINUNICODE8, repeat(8, 255)), /cut off/],
  ['overlong bytes', pickleOf(OP.BINBYTES, number(2 ** 32 - 1), 0), /cut off/],
  ['text that is none', pickleOf(OP.SHORT_BINUNICODE, [1, 255]), /not UTF-8/],
  ['no value', pickleOf(), /not there/],
  ['two values', pickleOf(OP.NONE, OP.NONE), /ends within a value/],
  ['an open mark', pickleOf(OP.MARK, OP.NONE), /not there|ends within/],
  ['a value from below a mark', pickleOf(OP.NONE, OP.MARK, OP.TUPLE1), /not there/],
  ['no mark', pickleOf(OP.NONE, OP.TUPLE), /a mark that is not there/],
  ['an unknown instruction', pickleOf(0xff), /byte 255/],
  ['a list that is none', pickleOf(OP.NONE, OP.NONE, OP.APPEND), /no list/],
  ['a dict that is none', pickleOf(OP.EMPTY_LIST, OP.NONE, OP.NONE, OP.SETITEM), /no dict/],
  ['half a pair', pickleOf(OP.EMPTY_DICT, OP.MARK, OP.NONE, OP.SETITEMS), /a key without a value/],
  ['a dict as a key', pickleOf(OP.EMPTY_DICT, OP.EMPTY_DICT, OP.NONE, OP.SETITEM), /a key that Python has none of/],
  ['a class as a value', pickleOf(named('collections', 'OrderedDict')), /a class or a storage/],
  ['a call of a number', pickleOf([OP.BININT1, 1], OP.EMPTY_TUPLE, OP.REDUCE), /no function/],
  ['a call of a storage', pickleOf(named('torch', 'FloatStorage'), OP.EMPTY_TUPLE, OP.REDUCE), /no function/],
  ['a call with no tuple', pickleOf(named('torch', 'Size'), OP.NONE, OP.REDUCE), /no tuple/],
  [
    'a tensor of nothing',
    pickleOf(named('torch._utils', '_rebuild_tensor_v2'), OP.EMPTY_TUPLE, OP.REDUCE),
    /no storage/,
  ],
  ['a state of a list', pickleOf(OP.EMPTY_LIST, OP.NONE, OP.BUILD), /a state/],
  ['a reference to anything', pickleOf(text('file'), OP.BINPERSID), /no storage/],
])('%s is refused', async (_, pickle, message) => {
  await refusal(pickle, message.source === 'no storage' ? expect.any(String) : 'pickle-damaged', message);
});

test('what is copied of remembered values is bounded', async () => {
  const long = bytesOf(OP.BINUNICODE, number(1e6), repeat(1e6, 0x61), [OP.BINPUT, 0]);
  const encode = [...named('_codecs', 'encode'), OP.BINGET, 0, ...text('latin1'), OP.TUPLE2, OP.REDUCE, OP.POP];
  await refusal(pickleOf(long, repeat(20, ...encode)), 'pickle-damaged', /copies more than it holds/);
});

test('what one file copies is not counted against another', async () => {
  const long = bytesOf(OP.BINUNICODE, number(1e6), repeat(1e6, 0x61), [OP.BINPUT, 0, OP.POP]);
  const encode = [...named('_codecs', 'encode'), OP.BINGET, 0, ...text('latin1'), OP.TUPLE2, OP.REDUCE, OP.POP];
  const keys = pickleOf(long, repeat(10, ...encode), OP.EMPTY_LIST);
  const file = legacyFileOf(pickleOf(OP.NONE), keys);
  for (let opened = 0; opened < 3; opened++) expect(await readPyTorch(file)).toBeNull();
});

/** A tensor of four float32 zeros with a layout of its own. */
function tensor(offset: number, shape: number[], strides: number[], type = 'FloatStorage', elements = 4): number[] {
  const list = (sizes: number[]) => [OP.MARK, ...sizes.flatMap((size) => [OP.LONG1, 7, ...sizeBytes(size)]), OP.TUPLE];
  const id = [OP.MARK, ...text('storage'), ...named('torch', type), ...text('0'), ...text('cpu')];
  return [
    ...named('torch._utils', '_rebuild_tensor_v2'),
    ...[OP.MARK, ...id, OP.BININT, ...number(elements), OP.TUPLE, OP.BINPERSID, OP.BININT, ...number(offset)],
    ...[...list(shape), ...list(strides), OP.NEWFALSE, OP.NONE, OP.TUPLE, OP.REDUCE],
  ];
}
const sizeBytes = (size: number) =>
  [...Buffer.from(BigInt.asUintN(56, BigInt(size)).toString(16).padStart(14, '0'), 'hex')].reverse();
const withStorage = (...parts: (readonly number[] | Uint8Array)[]) =>
  zipOf({ 'archive/data.pkl': pickleOf(...parts), 'archive/data/0': new Uint8Array(16) });

test('a tensor within its storage is read', async () => {
  expect(await readPyTorch(withStorage(tensor(1, [3], [1])))).toEqual({
    dtype: 'F32',
    shape: [3],
    data: new Float32Array(3),
  });
});

test.each([
  ['an offset beyond the storage', tensor(2, [3], [1])],
  ['a negative offset', tensor(-1, [1], [1])],
  ['a negative stride', tensor(3, [3], [-1])],
  ['strides beyond the storage', tensor(0, [2, 2], [3, 1])],
  ['a shape beyond all numbers', tensor(0, [2 ** 50, 2 ** 50, 2 ** 50], [0, 0, 0])],
  ['a negative size', tensor(0, [-1], [1])],
  ['fewer strides than sizes', tensor(0, [2, 2], [1])],
  ['an expansion beyond memory', tensor(0, [2 ** 40], [0])],
  ['more axes than there can be', tensor(0, [...repeat(65, 1)], [...repeat(65, 1)])],
])('a tensor with %s is refused', async (_, pickle) => {
  await expect(readPyTorch(withStorage(pickle))).rejects.toMatchObject({ code: 'tensor-invalid' });
});

test('many tensors that are each an expansion are refused together', async () => {
  const one = [...tensor(0, [2 ** 20], [0]), OP.POP];
  await expect(readPyTorch(withStorage(repeat(20, ...one), [OP.NONE]))).rejects.toThrow(/larger than the file/);
});

test('a storage that is shorter than it says, or missing, is refused', async () => {
  await expect(readPyTorch(withStorage(tensor(0, [4], [1], 'DoubleStorage')))).rejects.toThrow(/has 16 bytes of 32/);
  await expect(readPyTorch(fileOf(tensor(0, [4], [1])))).rejects.toThrow(/storage "0", which is missing/);
});

test('a shape that the pickle changes afterwards stays as it was checked', async () => {
  const shape = [OP.EMPTY_LIST, OP.BINPUT, 9, OP.BININT1, 4, OP.APPEND];
  const strides = [OP.BININT1, 1, OP.TUPLE1];
  const id = [OP.MARK, ...text('storage'), ...named('torch', 'FloatStorage'), ...text('0'), ...text('cpu')];
  const file = withStorage(
    [...named('torch._utils', '_rebuild_tensor_v2'), OP.MARK, ...id, OP.BININT1, 4, OP.TUPLE, OP.BINPERSID],
    [OP.BININT1, 0, ...shape, ...strides, OP.TUPLE, OP.REDUCE],
    [OP.BINGET, 9, OP.BININT1, 200, OP.APPEND, OP.TUPLE2],
  );
  expect(await readPyTorch(file)).toEqual([{ dtype: 'F32', shape: [4], data: new Float32Array(4) }, [4, 200]]);
});

const value = pickleOf(OP.NONE);

test.each([
  ['an empty file', new Uint8Array(0), 'file-unreadable', /no file of torch\.save/],
  ['a file of another kind', Buffer.from('<html>'), 'file-unreadable', /no file of torch\.save/],
  ['a pickle of something', pickleOf(OP.NONE), 'file-unreadable', /is a pickle, but none/],
  ['a pickle of protocol 0', bytesOf([OP.PROTO, 0]), 'file-unreadable', /protocol 0/],
  ['an archive of something', zipOf({ 'a.txt': value }), 'file-unreadable', /none that torch\.save writes/],
  ['two models in one archive', zipOf({ 'a/data.pkl': value, 'b/data.pkl': value }), 'file-unreadable', /none that/],
  ['TorchScript', zipOf({ 'a/data.pkl': value, 'a/constants.pkl': value }), 'file-unreadable', /TorchScript/],
  [
    'big-endian numbers',
    zipOf({ 'a/data.pkl': value, 'a/byteorder': Buffer.from('big') }),
    'file-unreadable',
    /order "big"/,
  ],
  ['a compressed archive', zipOf({ 'a/data.pkl': value }, { method: 8 }), 'file-unreadable', /is compressed/],
  ['an encrypted archive', zipOf({ 'a/data.pkl': value }, { flags: 1 }), 'file-unreadable', /is encrypted/],
  ['an archive without its end', zipOf({ 'a/data.pkl': value }).slice(0, -1), 'file-damaged', /its end is missing/],
  ['an old file that is cut off', legacyFileOf(value).slice(0, -1), 'pickle-damaged', /cut off/],
])('%s is refused', async (_, file, code, message) => {
  await expect(readPyTorch(file)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('an archive whose files overlap is refused before anything is read twice', async () => {
  const file = Buffer.from(
    zipOf({ 'a/data.pkl': value, 'a/data/0': new Uint8Array(100), 'a/data/1': new Uint8Array(0) }),
  );
  const entry = file.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  file.writeUInt32LE(1000, entry + 20);
  file.writeUInt32LE(1000, entry + 24);
  await expect(readPyTorch(file)).rejects.toThrow(/longer than itself/);
});

test('an archive of Zip64 is read', async () => {
  expect(await readPyTorch(zipOf({ 'a/data.pkl': value }, { zip64: true }))).toBeNull();
});

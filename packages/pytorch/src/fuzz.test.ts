import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { changeBytes, fuzz, type Random } from '../../../tests/fuzz';
import { named, zipOf } from '../test/pickle-bytes';
import { openPyTorch, readPyTorch, stateDictOf } from './index';
import { OP } from './pickle/opcodes';
import { sizeOf } from './strided';

const sample = (name: string) => new Uint8Array(readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url)));
const files = [
  'zip.pt',
  'zip-protocol-5.pt',
  'legacy.pt',
  'checkpoint.pt',
  'checkpoint-legacy.pt',
  'later-types.pt',
].map(sample);

/** The pickle of an archive, which is small beside the rest. */
const pickles = files.slice(0, 2).map((bytes) => {
  const at = Buffer.from(bytes).indexOf(Uint8Array.of(OP.PROTO));
  return bytes.slice(at, Buffer.from(bytes).indexOf('PK', at));
});
const storages = Object.fromEntries(
  Array.from({ length: 20 }, (_, key) => [`a/data/${key}`, new Uint8Array(96)] as const),
);
const NAMES = [
  ...[named('torch._utils', '_rebuild_tensor_v2'), named('collections', 'OrderedDict'), named('torch', 'Size')],
  ...[named('_codecs', 'encode'), named('numpy', 'dtype'), named('torch', 'LongStorage'), named('os', 'system')],
  ...[
    named('torch._utils', '_rebuild_tensor_v3'),
    named('torch.storage', 'UntypedStorage'),
    named('torch', 'float8_e5m2'),
  ],
].map((name) => Uint8Array.from(name));

/** Changes a pickle, exchanges its instructions or puts names into it, and packs it into an archive with storages. */
function changePickle(random: Random): Uint8Array {
  let pickle = Buffer.from(changeBytes(random, [...pickles, ...NAMES, ...pickles]));
  const codes = Object.values(OP);
  for (let changes = random(4); changes > 0; changes--) {
    const at = random(pickle.length);
    const parts = [Uint8Array.of(codes[random(codes.length)]), NAMES[random(NAMES.length)]];
    pickle = Buffer.concat([pickle.subarray(0, at), parts[random(5) === 0 ? 1 : 0], pickle.subarray(at + random(3))]);
  }
  return zipOf({ 'a/data.pkl': pickle, ...storages });
}

async function read(bytes: Uint8Array): Promise<void> {
  const opened = await openPyTorch(bytes);
  const { tensors } = stateDictOf(opened.value);
  for (const tensor of tensors.values()) expect((await opened.read(tensor)).data).toHaveLength(sizeOf(tensor.shape));
  stateDictOf(await readPyTorch(bytes));
}

test('whatever a file is, it is read or refused in a sentence', async () => {
  await fuzz({ samples: files, read, runs: 10_000 });
});

test('whatever the pickle in a file does, it is read or refused in a sentence', async () => {
  await fuzz({ samples: [], read, change: changePickle, runs: 10_000 });
});

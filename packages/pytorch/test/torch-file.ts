import type { TensorEntry } from '@denoiser/safetensors';
import { OP } from '../src/pickle/opcodes';
import { bytesOf, named, pickleOf, text, zipOf } from './pickle-bytes';

const size = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytesOf(OP.BININT, bytes);
};
const sizes = (values: readonly number[]) => bytesOf(OP.MARK, bytesOf(...values.map(size)), OP.TUPLE);

/** A file as torch.save writes it, of a dict of state dicts of float32 weights. */
export function torchFileOf(dicts: Readonly<Record<string, ReadonlyMap<string, TensorEntry>>>): Uint8Array {
  const storages: Record<string, Uint8Array> = {};
  const tensor = ({ shape, data }: TensorEntry): Uint8Array => {
    const key = String(Object.keys(storages).length);
    storages[`archive/data/${key}`] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
    const names = bytesOf(text('storage'), named('torch', 'FloatStorage'), text(key), text('cpu'));
    const storage = bytesOf(OP.MARK, names, size(data.length), OP.TUPLE, OP.BINPERSID);
    const layout = bytesOf(size(0), sizes(shape), sizes(strides), OP.NEWFALSE, OP.NONE);
    return bytesOf(named('torch._utils', '_rebuild_tensor_v2'), OP.MARK, storage, layout, OP.TUPLE, OP.REDUCE);
  };
  const dict = (items: readonly (readonly [string, Uint8Array])[]) =>
    bytesOf(OP.EMPTY_DICT, ...items.flatMap(([key, value]) => [text(key), value, OP.SETITEM]));
  const value = dict(
    Object.entries(dicts).map(([key, tensors]) => [
      key,
      dict([...tensors].map(([name, entry]) => [name, tensor(entry)])),
    ]),
  );
  return zipOf({ 'archive/data.pkl': pickleOf(value), ...storages });
}

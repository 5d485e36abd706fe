import { zipOf as archiveOf } from '../../backend-node/test/zip';
import { OP } from '../src/pickle/opcodes';

type Part = number | string | readonly number[] | Uint8Array;

/** Bytes of instructions, numbers and texts, one after the other. */
export const bytesOf = (...parts: Part[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : Buffer.from(part as string | Uint8Array))),
  );

/** These bytes so many times. */
export const repeat = (count: number, ...bytes: number[]): Uint8Array =>
  Buffer.alloc(count * bytes.length, Uint8Array.from(bytes));

/** A text as a pickle has it. */
export const text = (value: string): number[] => {
  const bytes = [...Buffer.from(value)];
  return [OP.SHORT_BINUNICODE, bytes.length, ...bytes];
};

/** A class or function by its name. */
export const named = (module: string, name: string): number[] => [OP.GLOBAL, ...Buffer.from(`${module}\n${name}\n`)];

/** A pickle of protocol 2 that does this. */
export const pickleOf = (...parts: Part[]): Uint8Array => bytesOf([OP.PROTO, 2], ...parts, OP.STOP);

/** A file of the old form: the pickle and no storages. */
export function legacyFileOf(pickle: Uint8Array, ...behind: Part[]): Uint8Array {
  const magic = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
  const version = pickleOf([OP.BININT2, 0xe9, 0x03]);
  const machine = pickleOf(OP.EMPTY_DICT);
  const keys = pickleOf(OP.EMPTY_LIST);
  return Buffer.concat([magic, version, machine, pickle, behind.length > 0 ? bytesOf(...behind) : keys]);
}

/** An archive of stored files, as torch.save writes it. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>, { method = 0, flags = 0, zip64 = false } = {}) {
  const stored = Object.entries(files).map(([name, content]) => ({ name, content, isStored: true, method, flags }));
  return archiveOf(stored, { zip64 });
}

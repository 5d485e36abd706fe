import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { DenoiserError } from '@denoiser/ops';
import { fileError } from '../files/file-error';

/**
 * ZIP archives, read at random (APPNOTE.TXT 6.3.10): the directory at the end says where each file is, so that one of
 * many is read without the others. Stored and deflated files, also beyond 4 GiB (Zip64).
 */
export type ZipEntry = {
  /** With slashes, as in the archive. */
  readonly name: string;
  readonly size: number;
  /** The file's content. Throws a `DenoiserError` that names it if it can't be read. */
  read(): Promise<Uint8Array>;
};

type Record = { name: string; flags: number; method: number; compressedSize: number; size: number; offset: number };

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const UTF8 = 1 << 11;
const SEE_EXTRA = 0xffffffff;

/** The files of an archive, in its own order, without the folders. Errors: `bad-zip`. */
export async function readZip(path: string): Promise<ZipEntry[]> {
  return withFile(path, async (readAt, length) => {
    const tail = await readAt(Math.max(0, length - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES), length);
    const end = lastIndexOf(tail, END);
    if (end === undefined) throw badZip(path, 'it is no ZIP archive, or its end is missing');
    let [count, size, offset] = [
      tail.getUint16(end + 10, true),
      tail.getUint32(end + 12, true),
      tail.getUint32(end + 16, true),
    ];
    if (end >= LOCATOR_BYTES && tail.getUint32(end - LOCATOR_BYTES, true) === END64_LOCATOR) {
      const at = Number(tail.getBigUint64(end - LOCATOR_BYTES + 8, true));
      const end64 = await readAt(at, at + 56);
      if (end64.getUint32(0, true) !== END64) throw badZip(path, 'its directory is damaged');
      [count, size, offset] = [32, 40, 48].map((field) => Number(end64.getBigUint64(field, true)));
    }
    const directory = await readAt(offset, offset + size);
    const entries: ZipEntry[] = [];
    for (let i = 0, at = 0; i < count; i++) {
      if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== ENTRY) {
        throw badZip(path, 'its directory is damaged');
      }
      const { next, ...record } = recordAt(directory, at);
      at = next;
      if (record.name.endsWith('/')) continue;
      entries.push({ name: record.name, size: record.size, read: () => readEntry(path, record) });
    }
    return entries;
  });
}

function recordAt(directory: DataView, at: number): Record & { next: number } {
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
  const flags = directory.getUint16(at + 8, true);
  const bytes = (from: number, length: number) => new Uint8Array(directory.buffer, directory.byteOffset + from, length);
  const name = new TextDecoder(flags & UTF8 ? 'utf-8' : 'latin1').decode(bytes(at + 46, nameLength));
  const numbers = {
    size: directory.getUint32(at + 24, true),
    compressedSize: directory.getUint32(at + 20, true),
    offset: directory.getUint32(at + 42, true),
  };
  const extraEnd = at + 46 + nameLength + extraLength;
  for (let extra = at + 46 + nameLength; extra + 4 <= extraEnd; extra += 4 + directory.getUint16(extra + 2, true)) {
    if (directory.getUint16(extra, true) !== 1) continue;
    // Zip64: the numbers that did not fit, in this order.
    let field = extra + 4;
    for (const key of ['size', 'compressedSize', 'offset'] as const) {
      if (numbers[key] !== SEE_EXTRA) continue;
      numbers[key] = Number(directory.getBigUint64(field, true));
      field += 8;
    }
  }
  const method = directory.getUint16(at + 10, true);
  return { name, flags, method, ...numbers, next: extraEnd + commentLength };
}

const inflate = promisify(inflateRaw);

async function readEntry(
  path: string,
  { name, flags, method, compressedSize, size, offset }: Record,
): Promise<Uint8Array> {
  const where = `${path}/${name}`;
  if (flags & ENCRYPTED) throw badZip(where, 'it is encrypted');
  if (method !== STORED && method !== DEFLATED)
    throw badZip(where, `it is compressed by method ${method}, not by deflate`);
  const content = await withFile(path, async (readAt) => {
    const header = await readAt(offset, offset + LOCAL_BYTES);
    if (header.getUint32(0, true) !== LOCAL) throw badZip(where, 'it is not where the directory says');
    const start = offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    const view = await readAt(start, start + compressedSize);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  });
  const whole =
    method === STORED
      ? content
      : await inflate(content, { maxOutputLength: Math.max(1, size) }).catch(() => {
          throw badZip(where, 'it is damaged');
        });
  if (whole.length !== size) throw badZip(where, 'it is damaged');
  return whole;
}

type ReadAt = (from: number, to: number) => Promise<DataView>;

async function withFile<T>(path: string, work: (readAt: ReadAt, length: number) => Promise<T>): Promise<T> {
  try {
    const file = await open(path);
    try {
      const { size: length } = await file.stat();
      const readAt: ReadAt = async (from, to) => {
        if (from < 0 || to > length) throw badZip(path, 'it is cut off');
        const bytes = new Uint8Array(to - from);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
        if (bytesRead < bytes.length) throw badZip(path, 'it is cut off');
        return new DataView(bytes.buffer);
      };
      return await work(readAt, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, 'read', path);
  }
}

function lastIndexOf(view: DataView, signature: number): number | undefined {
  for (let at = view.byteLength - END_BYTES; at >= 0; at--) if (view.getUint32(at, true) === signature) return at;
  return undefined;
}

function badZip(path: string, reason: string): DenoiserError {
  return new DenoiserError(
    'bad-zip',
    `Cannot read ${path}: ${reason}; pack the images anew or unpack them into a folder.`,
  );
}

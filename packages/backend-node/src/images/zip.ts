import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, inflateRaw } from 'node:zlib';
import { type DenoiserError, fileError } from '@denoiser/errors';
import { crc32 } from '../checksum';
import { NodeError } from '../errors';
import { decodeName, extraFields } from './zip-names';

/**
 * ZIP archives, read at random (APPNOTE.TXT 6.3.10): the directory at the end says where each file is, so that one of
 * many is read without the others. Stored and deflated files, also beyond 4 GiB (Zip64). What an archive says of itself is
 * believed only as far as its own bytes bear it out.
 */
export type ZipEntry = {
  /** As in the archive, but with slashes. Those of folders end with one. */
  readonly name: string;
  readonly size: number;
  readonly isLink: boolean;
  /**
   * Reads the file's content, checked against its checksum.
   *
   * @throws DenoiserError that names it if it can't be read.
   */
  read(): Promise<Uint8Array>;
  /** Reads at least so many bytes of its beginning, or all that there are; unchecked. */
  start(bytes: number): Promise<Uint8Array>;
};

type Record = {
  name: string;
  flags: number;
  method: number;
  checksum: number;
  compressedSize: number;
  size: number;
  offset: number;
  isLink: boolean;
};

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const END64_BYTES = 56;
const LOCATOR_BYTES = 20;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const UTF8 = 1 << 11;
const ZIP64 = 1;
const SEE_EXTRA = 0xffffffff;
const UNIX = 3;
const LINK = 0o12;

/** A million entries of long names. */
const MOST_DIRECTORY_BYTES = 2 ** 28;
/** Deflate makes at most 1032 bytes of one. */
const MOST_EXPANSION = 1032;

/**
 * Reads what an archive holds, in its own order.
 *
 * @throws DenoiserError (`zip-damaged`) that names the archive and what is wrong.
 */
export async function readZip(path: string): Promise<ZipEntry[]> {
  return withFile(path, async (readAt, length) => {
    const { count, size, offset } = await findDirectory(path, readAt, length);
    if (size > MOST_DIRECTORY_BYTES) throw badZip(path, `its directory would have ${size} bytes`);
    const directory = await readAt(offset, offset + size);
    const entries: ZipEntry[] = [];
    for (let i = 0, at = 0; i < count; i++) {
      const { next, ...record } = recordAt(directory, at) ?? damagedDirectory(path);
      at = next;
      const { name, isLink } = record;
      entries.push({
        ...{ name, isLink, size: record.size },
        read: () => readEntry(path, record),
        start: (bytes) => readStart(path, record, bytes),
      });
    }
    return entries;
  });
}

type Directory = { count: number; size: number; offset: number };

async function findDirectory(path: string, readAt: ReadAt, length: number): Promise<Directory> {
  const from = Math.max(0, length - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const tail = await readAt(from, length);
  const end = endIn(tail);
  if (end === undefined) throw badZip(path, 'it is no ZIP archive, or its end is missing');
  if (![0, 0xffff].includes(tail.getUint16(end + 4, true))) throw badZip(path, 'it is one part of several');
  const locator = end - LOCATOR_BYTES;
  if (locator < 0 || tail.getUint32(locator, true) !== END64_LOCATOR) {
    return {
      count: tail.getUint16(end + 10, true),
      size: tail.getUint32(end + 12, true),
      offset: tail.getUint32(end + 16, true),
    };
  }
  const at = Number(tail.getBigUint64(locator + 8, true));
  const end64 = await readAt(at, at + END64_BYTES);
  if (end64.getUint32(0, true) !== END64) throw damagedDirectory(path);
  const [count, size, offset] = [32, 40, 48].map((field) => Number(end64.getBigUint64(field, true))) as [
    number,
    number,
    number,
  ];
  return { count, size, offset };
}

/** Where the end of the directory stands: the last one whose comment reaches the end of the file, else the last of all. */
function endIn(tail: DataView): number | undefined {
  let last: number | undefined;
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength) return at;
    last ??= at;
  }
  return last;
}

/** The entry at a place of the directory; undefined if it does not fit into it. */
function recordAt(directory: DataView, at: number): (Record & { next: number }) | undefined {
  const end = directory.byteLength;
  if (at + ENTRY_BYTES > end || directory.getUint32(at, true) !== ENTRY) return undefined;
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => directory.getUint16(at + field, true));
  const next = at + ENTRY_BYTES + nameLength + extraLength + commentLength;
  if (next > end) return undefined;
  const bytes = (from: number, length: number) => new Uint8Array(directory.buffer, directory.byteOffset + from, length);
  const fields = extraFields(bytes(at + ENTRY_BYTES + nameLength, extraLength));
  const sizes = {
    size: directory.getUint32(at + 24, true),
    compressedSize: directory.getUint32(at + 20, true),
    offset: directory.getUint32(at + 42, true),
  };
  // Zip64: the numbers that did not fit, in this order.
  const large = fields.get(ZIP64);
  let field = 0;
  for (const key of ['size', 'compressedSize', 'offset'] as const) {
    if (!large || sizes[key] !== SEE_EXTRA) continue;
    if (field + 8 > large.byteLength) return undefined;
    sizes[key] = Number(large.getBigUint64(field, true));
    field += 8;
  }
  const flags = directory.getUint16(at + 8, true);
  const name = decodeName(bytes(at + ENTRY_BYTES, nameLength), (flags & UTF8) !== 0, fields);
  return {
    name: name.replaceAll('\\', '/'), // as some programs on Windows write it
    flags,
    method: directory.getUint16(at + 10, true),
    checksum: directory.getUint32(at + 16, true),
    isLink: directory.getUint8(at + 5) === UNIX && directory.getUint32(at + 38, true) >>> 28 === LINK,
    ...sizes,
    next,
  };
}

const inflate = promisify(inflateRaw);

async function readEntry(path: string, record: Record): Promise<Uint8Array> {
  const { name, method, checksum, compressedSize, size } = record;
  const where = `${path}/${name}`;
  const damaged = () => badZip(where, 'it is damaged');
  // Before anything of the size it claims is made.
  if (method === STORED ? size !== compressedSize : size > MOST_EXPANSION * (compressedSize + 1)) throw damaged();
  const content = await compressedBytes(path, record, compressedSize);
  const whole =
    method === STORED
      ? content
      : await inflate(content, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size) }).catch(() => {
          throw damaged();
        });
  if (whole.length !== size || crc32(whole) !== checksum) throw damaged();
  return whole;
}

async function readStart(path: string, record: Record, bytes: number): Promise<Uint8Array> {
  // Deflate makes more of it, but for a few bytes that say how.
  const content = await compressedBytes(path, record, Math.min(record.compressedSize, 2 * bytes + 1024));
  if (record.method === STORED) return content;
  return inflate(content, { finishFlush: constants.Z_SYNC_FLUSH }).catch(() => {
    throw badZip(`${path}/${record.name}`, 'it is damaged');
  });
}

async function compressedBytes(path: string, record: Record, count: number): Promise<Uint8Array> {
  const { name, flags, method, offset } = record;
  const where = `${path}/${name}`;
  if (flags & ENCRYPTED) throw badZip(where, 'it is encrypted');
  if (method !== STORED && method !== DEFLATED) {
    throw badZip(where, `it is compressed by method ${method}, not by deflate`);
  }
  return withFile(path, async (readAt) => {
    const header = await readAt(offset, offset + LOCAL_BYTES);
    if (header.getUint32(0, true) !== LOCAL) throw badZip(where, 'it is not where the directory says');
    const start = offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    const view = await readAt(start, start + count);
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  });
}

type ReadAt = (from: number, to: number) => Promise<DataView>;

async function withFile<T>(path: string, work: (readAt: ReadAt, length: number) => Promise<T>): Promise<T> {
  try {
    const file = await open(path);
    try {
      const { size: length } = await file.stat();
      return await work((from, to) => bytesOf(path, file, length, from, to), length);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, 'read', path);
  }
}

/** Bytes of the file, asked for by numbers that it says itself: they may be anything. */
async function bytesOf(path: string, file: FileHandle, length: number, from: number, to: number): Promise<DataView> {
  if (!(Number.isSafeInteger(from) && from >= 0 && from <= to && to <= length)) throw badZip(path, 'it is cut off');
  const bytes = new Uint8Array(to - from);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
    if (bytesRead === 0) throw badZip(path, 'it is cut off');
    at += bytesRead;
  }
  return new DataView(bytes.buffer);
}

function damagedDirectory(path: string): never {
  throw badZip(path, 'its directory is damaged');
}

function badZip(path: string, reason: string): DenoiserError {
  return new NodeError(
    'zip-damaged',
    `Cannot read ${path}: ${reason}; pack the images anew or unpack them into a folder.`,
  );
}

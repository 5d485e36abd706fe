import { type DenoiserError, quote } from '@denoiser/errors';
import type { ByteSource } from '@denoiser/safetensors';
import { PyTorchError } from './errors';
import { viewOf } from './view-of';

/** Where a stored file stands in an archive; bytes of the archive. */
export interface ZipEntry {
  /** Of the header that stands before the file. */
  readonly header: number;
  readonly size: number;
}

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
const ENCRYPTED = 1;
const ZIP64 = 1;
const SEE_EXTRA = 0xffffffff;
/** An entry for each of a million storages. */
const MOST_DIRECTORY_BYTES = 2 ** 26;

/**
 * Reads the directory of a ZIP archive whose files are stored as they are, as `torch.save` writes them (APPNOTE.TXT 6.3.10, Zip64).
 *
 * It is a reader of its own because that of image archives needs Node, for files and to inflate, and this one runs in a page,
 * where what is stored is a view of the archive and no copy. Checksums are not compared: PyTorch may write false ones
 * (`set_crc32_options`).
 *
 * @throws DenoiserError (`file-damaged`) where it is cut off or contradicts itself, (`file-unreadable`) where it is compressed.
 */
export async function readZipDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const { count, size, offset } = await findDirectory(source);
  if (size > MOST_DIRECTORY_BYTES) throw damaged(`its directory would have ${size} bytes`);
  const directory = await read(source, offset, size);
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  for (let i = 0, at = 0; i < count; i++) {
    const { name, next, ...entry } = entryAt(directory, at);
    if (entries.has(name)) throw damaged(`it has two files of the name ${quote(name)}`);
    total += entry.size;
    // So that nobody has to read more than there is: no two files share their bytes.
    if (!(total <= source.length)) throw damaged('its files are longer than itself');
    entries.set(name, entry);
    at = next;
  }
  return entries;
}

/** Reads a file of an archive, or of it what stands from `begin` to below `end`. */
export async function readZipEntry(
  source: ByteSource,
  { header, size }: ZipEntry,
  begin = 0,
  end = size,
): Promise<Uint8Array> {
  const local = viewOf(await read(source, header, LOCAL_BYTES));
  if (local.getUint32(0, true) !== LOCAL) throw damaged('a file is not where the directory says');
  const start = header + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + size > source.length) throw damaged('it is cut off');
  return read(source, start + begin, end - begin);
}

async function findDirectory(source: ByteSource): Promise<{ count: number; size: number; offset: number }> {
  const from = Math.max(0, source.length - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const tail = viewOf(await read(source, from, source.length - from));
  let end = tail.byteLength - END_BYTES;
  while (end >= 0 && !isEnd(tail, end)) end--;
  if (end < 0) throw damaged('its end is missing');
  const locator = end - LOCATOR_BYTES;
  if (locator < 0 || tail.getUint32(locator, true) !== END64_LOCATOR) {
    return {
      count: tail.getUint16(end + 10, true),
      size: tail.getUint32(end + 12, true),
      offset: tail.getUint32(end + 16, true),
    };
  }
  const large = viewOf(await read(source, Number(tail.getBigUint64(locator + 8, true)), END64_BYTES));
  if (large.getUint32(0, true) !== END64) throw damaged('its directory is not where its end says');
  const field = (at: number) => Number(large.getBigUint64(at, true));
  return { count: field(32), size: field(40), offset: field(48) };
}

/** Whether the end of the directory stands here: what it says of its comment fits. */
function isEnd(tail: DataView, at: number): boolean {
  return tail.getUint32(at, true) === END && at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength;
}

function entryAt(directory: Uint8Array, at: number): ZipEntry & { name: string; next: number } {
  const view = viewOf(directory);
  const broken = () => damaged('its directory is damaged');
  if (at + ENTRY_BYTES > directory.length || view.getUint32(at, true) !== ENTRY) throw broken();
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > directory.length) throw broken();
  const name = new TextDecoder().decode(directory.subarray(at + ENTRY_BYTES, nameEnd));
  if (view.getUint16(at + 8, true) & ENCRYPTED) throw unreadable(name, 'is encrypted');
  const numbers = { size: at + 24, compressed: at + 20, header: at + 42 };
  const found = { size: 0, compressed: 0, header: 0 };
  let large = zip64Field(view, nameEnd, extraEnd);
  for (const key of ['size', 'compressed', 'header'] as const) {
    found[key] = view.getUint32(numbers[key], true);
    if (found[key] !== SEE_EXTRA || large === undefined) continue;
    if (large + 8 > extraEnd) throw broken();
    found[key] = Number(view.getBigUint64(large, true));
    large += 8;
  }
  if (view.getUint16(at + 10, true) !== STORED) throw unreadable(name, 'is compressed');
  if (found.size !== found.compressed) throw broken();
  return { name, next, header: found.header, size: found.size };
}

/** Where the numbers that did not fit into an entry stand, if it has any. */
function zip64Field(view: DataView, from: number, end: number): number | undefined {
  for (let at = from; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === ZIP64) return at + 4;
  }
  return undefined;
}

/** Bytes of the archive, asked for by numbers that it says itself: they may be anything. */
async function read(source: ByteSource, begin: number, length: number): Promise<Uint8Array> {
  const end = begin + length;
  if (!(Number.isSafeInteger(end) && length >= 0 && begin >= 0 && end <= source.length)) throw damaged('it is cut off');
  const bytes = await source.read(begin, end);
  if (bytes.length !== length) throw damaged('it is cut off');
  return bytes;
}

function damaged(what: string): DenoiserError {
  return new PyTorchError('file-damaged', `The archive is damaged: ${what}; copy or save it anew.`);
}

function unreadable(name: string, how: string): DenoiserError {
  const message = `The file ${quote(name)} in the archive ${how}, which torch.save does not do; save it anew with torch.save.`;
  return new PyTorchError('file-unreadable', message);
}

import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../src/checksum';

export type ZipFile = {
  /** Text is written as UTF-8. */
  name: string | Uint8Array;
  content: Uint8Array;
  isStored?: boolean;
  flags?: number;
  method?: number;
  /** What the directory says, where it is not the truth. */
  size?: number;
  checksum?: number;
  extra?: Uint8Array;
  /** The file's mode on Unix. */
  mode?: number;
};

/** A ZIP archive; with `zip64` its numbers stand where the large ones do. */
export function zipOf(files: readonly ZipFile[], { zip64 = false, comment = '' } = {}): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const { name, content, isStored = false, flags = 1 << 11, method = isStored ? 0 : 8, mode } = file;
    const { size = content.length, checksum = crc32(content) } = file;
    const data = isStored ? Buffer.from(content) : deflateRawSync(content);
    const bytes = Buffer.from(name as Uint8Array);
    const common = [u16(flags), u16(method), u32(0), u32(checksum)];
    parts.push(
      Buffer.concat([
        u32(0x04034b50),
        u16(20),
        ...common,
        u32(data.length),
        u32(size),
        u16(bytes.length),
        u16(0),
        bytes,
        data,
      ]),
    );
    const sizes = zip64 ? [u32(0xffffffff), u32(0xffffffff)] : [u32(data.length), u32(size)];
    const extra = Buffer.concat([
      ...(zip64 ? [u16(1), u16(24), u64(size), u64(data.length), u64(offset)] : []),
      file.extra ?? Buffer.alloc(0),
    ]);
    const madeBy = mode === undefined ? 20 : (3 << 8) | 20;
    directory.push(
      Buffer.concat([
        ...[u32(0x02014b50), u16(madeBy), u16(20), ...common, ...sizes, u16(bytes.length), u16(extra.length), u16(0)],
        ...[u16(0), u16(0), u32(((mode ?? 0) << 16) >>> 0), u32(zip64 ? 0xffffffff : offset), bytes, extra],
      ]),
    );
    offset += parts.at(-1)?.length ?? 0;
  }
  const entries = Buffer.concat(directory);
  const end64 = Buffer.concat([
    ...[u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0)],
    ...[u64(files.length), u64(files.length), u64(entries.length), u64(offset)],
  ]);
  const locator = Buffer.concat([u32(0x07064b50), u32(0), u64(offset + entries.length), u32(1)]);
  const text = Buffer.from(comment);
  const counts = zip64
    ? [u16(0xffff), u16(0xffff), u32(0xffffffff), u32(0xffffffff)]
    : [u16(files.length), u16(files.length), u32(entries.length), u32(offset)];
  const end = Buffer.concat([u32(0x06054b50), u16(0), u16(0), ...counts, u16(text.length), text]);
  return Buffer.concat([...parts, entries, ...(zip64 ? [end64, locator] : []), end]);
}

const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);

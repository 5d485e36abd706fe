import { crc32 } from '../checksum';

/** Text in PNG files: chunks of the type iTXt, whose text is UTF-8 (W3C PNG, third edition, 11.3.3.4). */

const SIGNATURE = '89504e470d0a1a0a';
/** The header's chunk comes first and has always this length. */
const AFTER_HEADER = 8 + 12 + 13;
const TYPE = 'iTXt';

/** Texts that are written and read at most, in bytes. */
export const LONGEST_TEXT = 2 ** 20;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Returns a PNG with a text under a keyword of ASCII letters, right after its header. */
export function withText(png: Uint8Array, keyword: string, text: string): Uint8Array {
  // After the keyword: not compressed, by no method, no language, no translated keyword.
  const content = Buffer.concat([Buffer.from(`${TYPE}${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]);
  const chunk = Buffer.alloc(content.length + 8);
  chunk.writeUInt32BE(content.length - TYPE.length, 0);
  chunk.set(content, 4);
  chunk.writeUInt32BE(crc32(content), content.length + 4);
  return Buffer.concat([png.subarray(0, AFTER_HEADER), chunk, png.subarray(AFTER_HEADER)]);
}

/** Returns the size that a PNG's header names; nothing for a file of another format. */
export function pngSize(png: Uint8Array): { width: number; height: number } | undefined {
  if (png.length < AFTER_HEADER || Buffer.from(png.subarray(0, 8)).toString('hex') !== SIGNATURE) return undefined;
  if (latin1(png.subarray(12, 16)) !== 'IHDR') return undefined;
  const view = viewOf(png);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/**
 * Returns the text that a PNG has under a keyword. Nothing where it has none that is whole, not compressed and of
 * `LONGEST_TEXT` at most.
 */
export function textOf(png: Uint8Array, keyword: string): string | undefined {
  if (!pngSize(png)) return undefined;
  const view = viewOf(png);
  const start = `${keyword}\0\0\0`;
  for (let at = AFTER_HEADER; at + 12 <= png.length; ) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > png.length) return undefined;
    const data = png.subarray(at + 8, end);
    if (latin1(png.subarray(at + 4, at + 8)) === TYPE && latin1(data.subarray(0, start.length)) === start) {
      const isWhole = crc32(png.subarray(at + 4, end)) === view.getUint32(end);
      const language = data.indexOf(0, start.length);
      const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
      if (!isWhole || translated < 0 || length > LONGEST_TEXT) return undefined;
      return new TextDecoder().decode(data.subarray(translated + 1));
    }
    at = end + 4;
  }
  return undefined;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

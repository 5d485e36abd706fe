import { crc32 } from '../checksum';

/** The upper half of code page 437, the names' encoding where an archive names no other. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
const UNICODE_PATH = 0x7075;

/** Returns the extra fields of an entry by their numbers; what overruns its place is left out. */
export function extraFields(extra: Uint8Array): Map<number, DataView> {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  const fields = new Map<number, DataView>();
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true);
    if (at + 4 + length > extra.length) break;
    fields.set(view.getUint16(at, true), new DataView(extra.buffer, extra.byteOffset + at + 4, length));
    at += 4 + length;
  }
  return fields;
}

/**
 * Returns the name of an entry as people wrote it: UTF-8 where the archive says so, or where it is UTF-8 without saying so, as
 * many programs write it; else code page 437 (APPNOTE.TXT 6.3.10, appendix D).
 */
export function decodeName(bytes: Uint8Array, isUtf8: boolean, fields: ReadonlyMap<number, DataView>): string {
  const unicode = fields.get(UNICODE_PATH);
  // It holds only if the plain name was not changed since.
  if (unicode && unicode.byteLength > 5 && unicode.getUint8(0) === 1 && unicode.getUint32(1, true) === crc32(bytes)) {
    const name = utf8(new Uint8Array(unicode.buffer, unicode.byteOffset + 5, unicode.byteLength - 5));
    if (name !== undefined) return name;
  }
  return utf8(bytes) ?? (isUtf8 ? new TextDecoder().decode(bytes) : codePage437(bytes));
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function codePage437(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join('');
}

import type { Cursor } from './cursor';
import { OP } from './opcodes';

/** The value that an instruction holds in itself: null, a truth value, a number, text or bytes; undefined if it is another one. */
export function literalAt(code: number, cursor: Cursor): unknown {
  switch (code) {
    case OP.NONE:
      return null;
    case OP.NEWTRUE:
      return true;
    case OP.NEWFALSE:
      return false;
    case OP.BININT:
      return cursor.int32();
    case OP.BININT1:
      return cursor.uint8();
    case OP.BININT2:
      return cursor.uint16();
    case OP.LONG1:
      return cursor.integer(cursor.uint8());
    case OP.LONG4:
      return cursor.integer(cursor.uint32());
    case OP.BINFLOAT:
      return cursor.float64();
    case OP.SHORT_BINUNICODE:
      return cursor.text(cursor.uint8());
    case OP.BINUNICODE:
      return cursor.text(cursor.uint32());
    case OP.BINUNICODE8:
      return cursor.text(cursor.uint64());
    case OP.SHORT_BINSTRING:
      return textOrBytes(cursor.bytes(cursor.uint8()));
    case OP.BINSTRING:
      return textOrBytes(cursor.bytes(cursor.uint32()));
    case OP.SHORT_BINBYTES:
      return cursor.bytes(cursor.uint8());
    case OP.BINBYTES:
      return cursor.bytes(cursor.uint32());
    case OP.BINBYTES8:
    case OP.BYTEARRAY8:
      return cursor.bytes(cursor.uint64());
    default:
      return undefined;
  }
}

/** What Python 2 wrote as a string: text, or bytes where it is none. */
function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** The protocol-buffer wire format, as far as writing needs it: varints, floats, bytes and nested messages. */
export type Field =
  | { readonly id: number; readonly int: number }
  | { readonly id: number; readonly float: number }
  | { readonly id: number; readonly bytes: Uint8Array };

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** One message as bytes. Integers may be negative, as int64 fields allow. */
export function message(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    if ('int' in field) parts.push(varint((field.id << 3) | VARINT), varint(field.int));
    else if ('float' in field)
      parts.push(varint((field.id << 3) | FIXED32), new Uint8Array(Float32Array.of(field.float).buffer));
    else parts.push(varint((field.id << 3) | LENGTH_DELIMITED), varint(field.bytes.length), field.bytes);
  }
  return join(parts);
}

export const text = (id: number, value: string): Field => ({ id, bytes: new TextEncoder().encode(value) });

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

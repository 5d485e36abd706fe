/** The protocol-buffer wire format, as far as writing event files needs it. */
export type Field = { readonly id: number } & (
  | { readonly int: number } // not negative
  | { readonly float: number }
  | { readonly double: number }
  | { readonly bytes: Uint8Array }
  | { readonly text: string }
);

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** One message as bytes; nested ones are `bytes`. */
export function message(...fields: readonly Field[]): Uint8Array {
  return new Uint8Array(Buffer.concat(fields.flatMap(encode)));
}

function encode(field: Field): Uint8Array[] {
  const key = (wireType: number) => varint((field.id << 3) | wireType);
  if ('int' in field) return [key(VARINT), varint(field.int)];
  if ('float' in field) return [key(FIXED32), littleEndian(4, (view) => view.setFloat32(0, field.float, true))];
  if ('double' in field) return [key(FIXED64), littleEndian(8, (view) => view.setFloat64(0, field.double, true))];
  const bytes = 'text' in field ? new TextEncoder().encode(field.text) : field.bytes;
  return [key(LENGTH_DELIMITED), varint(bytes.length), bytes];
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

function littleEndian(length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
}

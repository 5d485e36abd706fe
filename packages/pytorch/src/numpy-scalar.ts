import { latin1 } from './latin1';
import { pickleDamaged } from './pickle/cursor';
import { viewOf } from './view-of';

type Read = (view: DataView, little: boolean) => number | bigint | boolean;

const integer = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** NumPy's codes of number formats, and how one number of each is read. */
const READERS: Readonly<Record<string, Read>> = {
  f8: (view, little) => view.getFloat64(0, little),
  f4: (view, little) => view.getFloat32(0, little),
  i8: (view, little) => integer(view.getBigInt64(0, little)),
  i4: (view, little) => view.getInt32(0, little),
  i2: (view, little) => view.getInt16(0, little),
  i1: (view) => view.getInt8(0),
  u8: (view, little) => integer(view.getBigUint64(0, little)),
  u4: (view, little) => view.getUint32(0, little),
  u2: (view, little) => view.getUint16(0, little),
  u1: (view) => view.getUint8(0),
  b1: (view) => view.getUint8(0) !== 0,
};

/** numpy.dtype of a number: its code, and the order of its bytes. */
export class NumpyType {
  #isLittle = true;

  constructor(readonly code: string) {}

  /** Takes the state of which the second part is the order of bytes. */
  build(state: unknown): void {
    if (Array.isArray(state)) this.#isLittle = state[1] !== '>';
  }

  read(bytes: Uint8Array): number | bigint | boolean {
    const reader = Object.hasOwn(READERS, this.code) ? READERS[this.code] : undefined;
    if (!reader || bytes.length !== Number(this.code.slice(1))) {
      throw pickleDamaged('it has a number of NumPy in a format that is not read');
    }
    return reader(viewOf(bytes), this.#isLittle);
  }
}

/** The number that a numpy scalar is; losses and steps are often saved as such. */
export function scalarOf(type: unknown, content: unknown): number | bigint | boolean {
  const bytes = typeof content === 'string' ? latin1(content) : content; // a string of Python 2
  if (!(type instanceof NumpyType && bytes instanceof Uint8Array))
    throw pickleDamaged('it has a broken number of NumPy');
  return type.read(bytes);
}

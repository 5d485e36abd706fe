import { PyTorchError } from '../errors';
import { viewOf } from '../view-of';
import { MOST_INTEGER_BYTES, MOST_PICKLE_BYTES } from './limits';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the parts of a pickle one after the other, and not beyond its end. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #begin: number;
  /** Where the next part begins. */
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#begin = at;
    this.at = at;
  }

  uint8 = (): number => this.#view.getUint8(this.#skip(1));
  uint16 = (): number => this.#view.getUint16(this.#skip(2), true);
  int32 = (): number => this.#view.getInt32(this.#skip(4), true);
  uint32 = (): number => this.#view.getUint32(this.#skip(4), true);
  /** A length; beyond 2⁵³ it is inexact, and beyond any file. */
  uint64 = (): number => Number(this.#view.getBigUint64(this.#skip(8), true));
  float64 = (): number => this.#view.getFloat64(this.#skip(8), false);

  bytes(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  text(length: number): string {
    try {
      return utf8.decode(this.bytes(length));
    } catch (error) {
      throw error instanceof PyTorchError ? error : pickleDamaged('it has text that is not UTF-8');
    }
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw pickleDamaged('it is cut off');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  /** A whole number in two's complement, lowest byte first. */
  integer(length: number): number | bigint {
    if (length > MOST_INTEGER_BYTES) throw pickleDamaged(`it has a number of ${length} bytes`);
    const bytes = this.bytes(length);
    if (length === 0) return 0;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).reverse();
    const value = BigInt.asIntN(8 * length, BigInt(`0x${hex.join('')}`));
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #skip(length: number): number {
    const from = this.at;
    if (!(length >= 0 && from + length <= this.#bytes.length)) throw pickleDamaged('it is cut off');
    if (from + length - this.#begin > MOST_PICKLE_BYTES)
      throw pickleDamaged(`it is longer than ${MOST_PICKLE_BYTES} bytes`);
    this.at = from + length;
    return from;
  }
}

export function pickleDamaged(what: string): InstanceType<typeof PyTorchError> {
  return new PyTorchError(
    'pickle-damaged',
    `The pickle in the file is damaged or none of weights: ${what}; copy the file anew, or save it anew with torch.save.`,
  );
}

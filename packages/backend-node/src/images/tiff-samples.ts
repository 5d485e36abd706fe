/** What the samples of a TIFF are: the width and meaning of their bits. */
export type TiffSamples = { readonly bits: number; readonly kind: string };

const BITS_PER_SAMPLE = 258;
const SAMPLE_FORMAT = 339;
const BIG = 43;
/** By the numbers of the tag SampleFormat. */
const KINDS = ['unsigned', 'unsigned', 'signed', 'floating-point', 'unsigned', 'complex', 'complex floating-point'];

/**
 * Returns what the first image of a TIFF or BigTIFF holds (TIFF 6.0, page 38 and 80), by the first of its samples; undefined
 * if its directory can't be read.
 */
export function tiffSamples(content: Uint8Array): TiffSamples | undefined {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  try {
    const isLittle = view.getUint8(0) === 0x49;
    const isBig = view.getUint16(2, isLittle) === BIG;
    const word = (at: number) => (isBig ? Number(view.getBigUint64(at, isLittle)) : view.getUint32(at, isLittle));
    const short = (at: number) => view.getUint16(at, isLittle);
    const directory = word(isBig ? 8 : 4);
    const count = isBig ? word(directory) : short(directory);
    const [first, size, lengthAt, valueAt, held] = isBig ? [8, 20, 4, 12, 8] : [2, 12, 4, 8, 4];
    const found = new Map<number, number>();
    for (let i = 0; i < Math.min(count, 4096); i++) {
      const at = directory + first + i * size;
      const tag = short(at);
      if (tag !== BITS_PER_SAMPLE && tag !== SAMPLE_FORMAT) continue;
      const isWithin = 2 * word(at + lengthAt) <= held;
      found.set(tag, short(isWithin ? at + valueAt : word(at + valueAt)));
    }
    const format = found.get(SAMPLE_FORMAT) ?? 1;
    return { bits: found.get(BITS_PER_SAMPLE) ?? 1, kind: KINDS[format] ?? `(format ${format})` };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends before what it points to
    throw error;
  }
}

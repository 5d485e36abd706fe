import { checkSizes, damaged, type RawImage } from './raw-image';

const [NEWLINE, HASH, ZERO, NINE] = [0x0a, 0x23, 0x30, 0x39];
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);

/**
 * Reads a bitmap, greymap or pixmap of Netpbm (`pbm`, `pgm`, `ppm`), as text or bytes: P1 to P6.
 *
 * @throws UnreadImage
 */
export function readNetpbm(content: Uint8Array): RawImage {
  const kind = content[1] - ZERO;
  const channels = kind % 3 === 0 ? 3 : 1;
  const isText = kind <= 3;
  const isBitmap = kind % 3 === 1;
  const next = numbersOf(content, 2);
  const [width, height] = [next(), next()];
  const most = isBitmap ? 1 : next();
  checkSizes(width, height);
  if (most < 1 || most > 65535) throw damaged();
  const count = width * height * channels;
  if (isText ? content.length < count : false) throw damaged(); // a digit each, at least
  const start = next.at() + 1; // one space, whatever follows
  const data = isText
    ? textSamples(count, isBitmap ? () => next.digit() : next)
    : isBitmap
      ? packedBits(content, start, width, height)
      : binarySamples(content, start, count, most);
  for (let i = 0; i < count; i++) {
    if (data[i] > most) throw damaged();
  }
  const bytes = Uint8Array.from(data, (value) => Math.round(((isBitmap ? 1 - value : value) * 255) / most));
  return { data: bytes, width, height, channels };
}

/** The numbers of a text, one after the other; `#` starts a comment. */
function numbersOf(content: Uint8Array, from: number) {
  let at = from;
  const skip = () => {
    while (isSpace(content[at]) || content[at] === HASH) {
      if (content[at] === HASH) while (at < content.length && content[at] !== NEWLINE) at++;
      else at++;
    }
    if (!(content[at] >= ZERO && content[at] <= NINE)) throw damaged();
  };
  const next = () => {
    skip();
    let value = 0;
    for (; content[at] >= ZERO && content[at] <= NINE; at++) value = Math.min(value * 10 + content[at] - ZERO, 2 ** 32);
    return value;
  };
  const digit = () => {
    skip();
    return content[at++] - ZERO;
  };
  return Object.assign(next, { digit, at: () => at });
}

function textSamples(count: number, next: () => number): Uint16Array {
  const samples = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const value = next();
    if (value > 65535) throw damaged();
    samples[i] = value;
  }
  return samples;
}

function binarySamples(content: Uint8Array, start: number, count: number, most: number): Uint8Array | Uint16Array {
  const width = most < 256 ? 1 : 2;
  if (start + count * width > content.length) throw damaged();
  if (width === 1) return content.subarray(start, start + count);
  const view = new DataView(content.buffer, content.byteOffset + start);
  return Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i));
}

/** Rows of bits, each padded to whole bytes. */
function packedBits(content: Uint8Array, start: number, width: number, height: number): Uint8Array {
  const stride = Math.ceil(width / 8);
  if (start + stride * height > content.length) throw damaged();
  const bits = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bits[y * width + x] = (content[start + y * stride + (x >> 3)] >> (7 - (x & 7))) & 1;
  }
  return bits;
}

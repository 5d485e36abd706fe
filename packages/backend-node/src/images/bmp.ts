import { checkSizes, damaged, type RawImage, UnreadImage } from './raw-image';

const FILE_HEADER = 14;
const CORE_HEADER = 12;
const INFO_HEADER = 40;
const [RGB, BITFIELDS, ALPHA_BITFIELDS] = [0, 3, 6];

type Header = {
  width: number;
  height: number;
  isTopDown: boolean;
  bits: number;
  /** Where the palette stands, of entries of so many bytes. */
  palette: { at: number; entryBytes: number; colours: number };
  /** The bits of red, green, blue and alpha in a pixel; without any, bytes in the order of BGR. */
  masks?: readonly number[];
  dataAt: number;
};

/**
 * Reads a Windows bitmap without compression: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, also by masks.
 *
 * @throws UnreadImage
 */
export function readBmp(content: Uint8Array): RawImage {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const header = readHeader(view);
  const { width, height, bits, isTopDown, dataAt, masks } = header;
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (dataAt + stride * height > content.length) throw damaged();
  const channels = masks?.[3] ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const put = pixelsOf(view, header, channels);
  for (let y = 0; y < height; y++) {
    const from = dataAt + (isTopDown ? y : height - 1 - y) * stride;
    put(data.subarray(y * width * channels, (y + 1) * width * channels), from);
  }
  return { data, width, height, channels };
}

function readHeader(view: DataView): Header {
  const need = (bytes: number) => {
    if (view.byteLength < bytes) throw damaged();
  };
  need(FILE_HEADER + CORE_HEADER);
  const dataAt = view.getUint32(10, true);
  const size = view.getUint32(FILE_HEADER, true);
  if (size === CORE_HEADER) {
    const [width, height, bits] = [18, 20, 24].map((at) => view.getUint16(at, true)) as [number, number, number];
    return checked({
      ...{ width, height, bits, isTopDown: false, dataAt },
      palette: { at: FILE_HEADER + CORE_HEADER, entryBytes: 3, colours: 2 ** bits },
    });
  }
  need(FILE_HEADER + INFO_HEADER);
  if (size < INFO_HEADER) throw damaged();
  const [width, height] = [view.getInt32(18, true), view.getInt32(22, true)];
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (![RGB, BITFIELDS, ALPHA_BITFIELDS].includes(compression)) {
    throw new UnreadImage(`it is a BMP compressed by method ${compression}`, true);
  }
  const masked = compression !== RGB && (bits === 16 || bits === 32);
  const isAlphaNamed = size >= 56 || compression === ALPHA_BITFIELDS;
  const count = isAlphaNamed ? 4 : 3;
  if (masked) need(FILE_HEADER + INFO_HEADER + 4 * count);
  const named = Array.from({ length: count }, (_, i) => (masked ? view.getUint32(54 + 4 * i, true) : 0));
  const masks = masked ? named : bits === 16 ? [0x7c00, 0x3e0, 0x1f] : undefined;
  // Masks after a short header stand where the palette would.
  const at = FILE_HEADER + size + (masked && size < 52 ? 4 * count : 0);
  const colours = view.getUint32(46, true) || 2 ** bits;
  return checked({
    ...{ width, height: Math.abs(height), isTopDown: height < 0, bits, dataAt },
    palette: { at, entryBytes: 4, colours: Math.min(colours, 2 ** bits) },
    ...(masks && { masks }),
  });
}

function checked(header: Header): Header {
  if (![1, 4, 8, 16, 24, 32].includes(header.bits)) {
    throw new UnreadImage(`it is a BMP of ${header.bits} bits a pixel`, true);
  }
  checkSizes(header.width, header.height);
  return header;
}

/** Fills a row of pixels from the bytes at a place. */
function pixelsOf(
  view: DataView,
  { bits, palette, masks }: Header,
  channels: number,
): (row: Uint8Array, from: number) => void {
  if (masks) {
    const scales = masks.slice(0, channels).map(scaleOf);
    const step = bits / 8;
    return (row, from) => {
      for (let at = from, i = 0; i < row.length; at += step) {
        const pixel = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
        for (const scale of scales) row[i++] = scale(pixel);
      }
    };
  }
  if (bits >= 24) {
    return (row, from) => {
      for (let at = from, i = 0; i < row.length; at += bits / 8) {
        for (let c = 2; c >= 0; c--) row[i++] = view.getUint8(at + c);
      }
    };
  }
  const perByte = 8 / bits;
  return (row, from) => {
    for (let x = 0; 3 * x < row.length; x++) {
      const byte = view.getUint8(from + Math.floor(x / perByte));
      const index = (byte >> (8 - bits * ((x % perByte) + 1))) & (2 ** bits - 1);
      const at = palette.at + index * palette.entryBytes;
      if (index >= palette.colours || at + 3 > view.byteLength) throw damaged();
      for (let c = 0; c < 3; c++) row[3 * x + c] = view.getUint8(at + 2 - c);
    }
  };
}

/** The value of some bits of a pixel, from 0 to 255. */
function scaleOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most);
}

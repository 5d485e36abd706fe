import sharp from 'sharp';

/** Formats that sharp's packaged libvips decodes, or this package; those of others builds; and those that nobody reads here. */
const readable = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp', 'netpbm'] as const;
type ReadableFormat = (typeof readable)[number];
type FormatOfOtherBuilds = 'heic' | 'jpeg-xl' | 'jpeg-2000';
export type ImageFormat = ReadableFormat | FormatOfOtherBuilds | 'photoshop' | 'svg' | 'ico';

const imageExtension = /\.(jpe?g|jpe|jfif|png|apng|webp|gif|tiff?|avif|bmp|dib|hei[cf]|jxl|jp2|j2k|jpx|p[bgpn]m|psd)$/i;

/** Bytes that `formatOf` looks at, from the start of a file. */
export const SIGNATURE_BYTES = 256;

export function hasImageExtension(name: string): boolean {
  return imageExtension.test(name);
}

/** Whether a format is read here. A libvips of one's own, built for sharp, may read more than the packaged one. */
export function isReadable(format: ImageFormat): boolean {
  if (format === 'heic') return sharp.format.heif.input.fileSuffix?.includes('.heic') ?? false;
  if (format === 'jpeg-xl') return sharp.format.jxl?.input.buffer ?? false;
  if (format === 'jpeg-2000') return sharp.format.jp2?.input.buffer ?? false;
  return (readable as readonly ImageFormat[]).includes(format);
}

/** The image format that a file's first bytes announce, whatever its name says. */
export function formatOf(start: Uint8Array): ImageFormat | undefined {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, SIGNATURE_BYTES)).toString(
    'latin1',
  );
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (/^RIFF.{4}WEBP/s.test(text)) return 'webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (text.startsWith('ftyp', 4)) return isobmffFormat(text.slice(8, 64));
  if (/^BM.{4}\0\0\0\0/s.test(text)) return 'bmp';
  if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\x0cJXL ')) return 'jpeg-xl';
  if (text.startsWith('\0\0\0\x0cjP  ') || text.startsWith('\xff\x4f\xff\x51')) return 'jpeg-2000';
  if (/^P[1-6]\s+[#\d]/.test(text)) return 'netpbm';
  if (isIcon(start)) return 'ico';
  if (text.startsWith('8BPS')) return 'photoshop';
  if (/^(\xef\xbb\xbf)?\s*(<\?xml.*|<!--.*|<!DOCTYPE svg.*)?<svg[\s>]/is.test(text)) return 'svg';
  return undefined;
}

/** An icon or a cursor: two zeros, which of them it is, how many pictures, and of the first a byte that is always 0. */
const isIcon = ([first, second, kind, high, count, , , , , reserved]: Uint8Array): boolean =>
  first === 0 && second === 0 && (kind === 1 || kind === 2) && high === 0 && (count ?? 0) > 0 && reserved === 0;

/** AVIF and HEIC share a container; its brands tell which. */
function isobmffFormat(brands: string): ImageFormat | undefined {
  if (/avi[fs]/.test(brands)) return 'avif';
  if (/hei[cxms]|hev[cx]|mif1|msf1/.test(brands)) return 'heic';
  return undefined;
}

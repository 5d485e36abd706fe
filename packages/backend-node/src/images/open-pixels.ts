import sharp, { type Sharp } from 'sharp';
import { badImage, unsupportedImage } from './bad-image';
import { readBmp } from './bmp';
import { formatOf, isReadable } from './formats';
import { readNetpbm } from './netpbm';
import { elongation, type RawImage, UnreadImage } from './raw-image';
import { tiffSamples } from './tiff-samples';

/** Channels of colour of each colour space as libvips names them; one more is transparency. */
const COLOURS: Readonly<Record<string, number>> = { 'b-w': 1, grey16: 1, srgb: 3, rgb16: 3, lab: 3, labs: 3, cmyk: 4 };

/**
 * Opens the content of an image file for sharp, checked to be of a kind that is converted rightly: libvips makes black of
 * numbers whose range it does not know.
 *
 * @throws DenoiserError (`image-invalid`) that names the file if it is no image, damaged, or of a kind that is not read.
 */
export async function openPixels(file: string, content: Uint8Array): Promise<Sharp> {
  if (content.length === 0) throw badImage(file, 'it is empty');
  const format = formatOf(content);
  if (format === undefined) throw badImage(file, 'it is not an image');
  if (!isReadable(format))
    throw unsupportedImage(file, `its format, ${format}, is not supported: save it as JPEG or PNG`);
  if (format === 'bmp') return fromRaw(file, () => readBmp(content));
  if (format === 'netpbm') return fromRaw(file, () => readNetpbm(content));

  const samples = format === 'tiff' ? tiffSamples(content) : undefined;
  if (samples && !(samples.kind === 'unsigned' && [1, 2, 4, 8, 16].includes(samples.bits))) {
    throw unsupportedImage(
      file,
      `its samples are ${samples.kind} ${samples.bits}-bit numbers, and unsigned ones of 8 or 16 bits are read`,
    );
  }
  const image = sharp(content, { failOn: 'error' });
  const { depth, space, channels, width, height } = await image.metadata().catch((error: Error) => {
    throw unreadable(file, error);
  });
  const strip = elongation(width, height);
  if (strip) throw badImage(file, strip);
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw unsupportedImage(file, `its samples are of the type ${depth}, and unsigned ones of 8 or 16 bits are read`);
  }
  const colours = COLOURS[space ?? ''];
  if (colours === undefined || channels > colours + 1) {
    throw unsupportedImage(file, `it has ${channels} channels of the kind ${space}, and grey, RGB and CMYK are read`);
  }
  return image;
}

/** What libvips says of an image that it can't read, as a sentence. */
export function unreadable(file: string, error: Error): Error {
  return badImage(file, /pixel limit/.test(error.message) ? 'it is too large' : 'it is damaged or truncated');
}

function fromRaw(file: string, read: () => RawImage): Sharp {
  try {
    const { data, width, height, channels } = read();
    return sharp(data, { raw: { width, height, channels } });
  } catch (error) {
    if (!(error instanceof UnreadImage)) throw error;
    throw error.isWhole ? unsupportedImage(file, error.message) : badImage(file, error.message);
  }
}

import { isObject } from '@denoiser/errors';
import { type Fail, json, listOf, objectOf, optional, wholeNumberIn } from '@denoiser/trainer/checking';
import { NodeError } from '../errors';
import { readImageFile } from '../images/disk-tree';
import { LONGEST_TEXT, pngSize, textOf, withText } from './text-chunk';

/** How images lie in a picture: in rows on black, each pixel as a square, with black between and around them. */
export interface PictureLayout {
  readonly count: number;
  readonly columns: number;
  /** Pixels between and around images. */
  readonly padding: number;
  /** Pixels on each side of the square that one of an image has become. */
  readonly scale: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
}

/** What a picture that this library wrote says of itself. */
export interface PictureInfo {
  readonly layout: PictureLayout;
  /** How its images were drawn, as whoever wrote it said. */
  readonly settings?: PictureSettings;
}

/** JSON by name. */
export type PictureSettings = { readonly [name: string]: unknown };

const KEYWORD = 'denoiser';
const LONGEST_VALUE = 4096;

const side = wholeNumberIn(1, 2 ** 20);
const check = objectOf<{ layout: PictureLayout; settings: unknown }>({
  layout: objectOf<PictureLayout>({
    count: side,
    columns: side,
    padding: wholeNumberIn(0, 2 ** 20),
    scale: side,
    imageShape: (value, path, fail) =>
      listOf(side, { least: 3, most: 3 })(value, path, fail) as [number, number, number],
  }),
  settings: optional((value, path, fail) =>
    isObject(value) ? json(LONGEST_VALUE)(value, path, fail) : fail(path, 'an object'),
  ),
});

/**
 * Returns a PNG that says how its images lie and were drawn.
 *
 * @throws DenoiserError for settings that are longer than is read again.
 */
export function withInfo(png: Uint8Array, info: PictureInfo): Uint8Array {
  const text = JSON.stringify(info);
  if (Buffer.byteLength(text) < LONGEST_TEXT / 2) return withText(png, KEYWORD, text);
  throw new NodeError(
    'settings-long',
    `\`settings\` of a picture are ${Buffer.byteLength(text)} bytes of JSON, and up to ${LONGEST_TEXT / 2} are written; say less.`,
  );
}

/**
 * Reads what a picture's file says of itself, or of its content. Nothing where it says nothing, or has been cut or resized since.
 *
 * @throws DenoiserError that names the field which is illegible.
 */
export async function readPictureInfo(file: string, content?: Uint8Array): Promise<PictureInfo | undefined> {
  const png = content ?? (await readImageFile(file));
  const text = textOf(png, KEYWORD);
  if (text === undefined) return undefined;
  const fail: Fail = (path, needed) => {
    throw new NodeError(
      'picture-info-damaged',
      `${file} says in its metadata that this library wrote it, but ${path || 'that'} is not ${needed}; save the picture without metadata.`,
    );
  };
  const { layout, settings } = check(parsed(text, fail), '', fail);
  const size = sizeOf(layout);
  const { width, height } = pngSize(png) as { width: number; height: number };
  if (size.width !== width || size.height !== height) return undefined;
  return { layout, ...(settings !== undefined && { settings: settings as PictureSettings }) };
}

function parsed(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail('', 'JSON');
  }
}

/** The size of a picture of this layout. */
export function sizeOf({ count, columns, padding, scale, imageShape: [height, width] }: PictureLayout) {
  const across = Math.min(columns, count);
  const down = Math.ceil(count / across);
  return {
    width: across * (width * scale + padding) + padding,
    height: down * (height * scale + padding) + padding,
  };
}

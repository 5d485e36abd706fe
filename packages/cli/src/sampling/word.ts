import type { ImageBatch } from '@denoiser/backend-node';
import { printable } from '@denoiser/errors';
import { CommandError } from '../errors';

/** A text as a row of images, one for each of its characters. */
export interface Word {
  /** The characters that are drawn, in order: names of classes. */
  readonly classes: readonly string[];
  /** Cells of the row, blank ones included. */
  readonly columns: number;
  /** Returns drawn rows with their blank cells. */
  withBlanks(images: ImageBatch): ImageBatch;
}

/**
 * Returns a text as classes of a model. Spaces are blank cells.
 *
 * @throws DenoiserError where nothing is to be drawn, and naming the characters that the model does not know.
 */
export function wordOf(text: string, classNames: readonly string[]): Word {
  const characters = [...text.normalize('NFC')].map((character) => (/\s/.test(character) ? undefined : character));
  const classes = characters.filter((character) => character !== undefined);
  if (classes.length === 0) throw invalid('--text has no character to draw; give a word.');
  const unknown = [...new Set(classes)].filter((character) => !classNames.includes(character));
  if (unknown.length > 0) {
    throw invalid(`--text: the model does not know ${printable(unknown.join(' '))}; ${knownTo(classNames)}.`);
  }
  return {
    classes,
    columns: characters.length,
    withBlanks: (images) => withBlanks(images, characters),
  };
}

const invalid = (message: string) => new CommandError('option-invalid', message);

/** What characters a model knows, neighbours as a range: `it draws 0–9, A–Z`. */
function knownTo(classNames: readonly string[]): string {
  if (classNames.length === 0) return 'it was trained without classes';
  const characters = classNames.filter((name) => [...name].length === 1).toSorted();
  if (characters.length === 0) return 'its classes are no characters, give them with --class';
  const ranges: { first: string; last: string }[] = [];
  for (const character of characters) {
    const range = ranges.at(-1);
    if (range && codeOf(character) === codeOf(range.last) + 1) range.last = character;
    else ranges.push({ first: character, last: character });
  }
  const words = ranges.map(({ first, last }) => (first === last ? first : `${first}–${last}`));
  return `it draws ${printable(words.join(', '))}`;
}

const codeOf = (character: string): number => character.codePointAt(0) as number;

function withBlanks({ data, imageShape }: ImageBatch, row: readonly (string | undefined)[]): ImageBatch {
  const drawn = data as Float32Array;
  const size = imageShape.reduce((a, b) => a * b);
  const perRow = row.filter((character) => character !== undefined).length;
  const rows = drawn.length / size / perRow;
  const blank = blankOf(drawn, imageShape);
  const whole = new Float32Array(rows * row.length * size);
  let from = 0;
  for (let cell = 0; cell < rows * row.length; cell++) {
    const isDrawn = row[cell % row.length] !== undefined;
    whole.set(isDrawn ? drawn.subarray(from, from + size) : blank, cell * size);
    if (isDrawn) from += size;
  }
  return { data: whole, imageShape, columns: row.length };
}

/** An image of what is in the corners of the others, which is the background of most pictures: the median of each channel. */
function blankOf(drawn: Float32Array, [height, width, channels]: ImageBatch['imageShape']): Float32Array {
  const size = height * width * channels;
  const corners = [0, width - 1, (height - 1) * width, height * width - 1];
  const colour = Array.from({ length: channels }, (_, channel) => {
    const values: number[] = [];
    for (let first = 0; first < drawn.length; first += size) {
      for (const pixel of corners) values.push(drawn[first + pixel * channels + channel] as number);
    }
    return values.sort((a, b) => a - b)[values.length >> 1] as number;
  });
  return Float32Array.from({ length: size }, (_, i) => colour[i % channels] as number);
}

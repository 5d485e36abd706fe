import { nearest } from '@denoiser/errors';
import type { Suggesting } from './completion/vocabulary';
import { CommandError } from './errors';

/** Parsers of option values: text in, value out, or one sentence that names the option. */

/** What `--device` takes. */
export const DEVICES = ['auto', 'cuda', 'webgpu', 'native', 'engine', 'wasm', 'cpu'] as const;

/** What `--device` says of itself, of these devices. */
export function deviceHelp(devices: readonly string[]): string {
  return `where to compute: ${devices.slice(1, -1).join(', ')} or ${devices.at(-1)}; 'auto' takes the best that 'denoiser doctor' finds, 'webgpu:1' the second of several graphics cards`;
}

/** What `--device` says of itself where something is trained. */
export const DEVICE_HELP = deviceHelp(DEVICES);

/** How often something happens in training, beside the end of it. */
export type Interval = { readonly steps?: number; readonly epochs?: number };

const bad = (flag: string, wanted: string, got: string) =>
  new CommandError('option-invalid', `${flag} must be ${wanted}, got '${got}'.`);

/** Returns a parser of whole numbers from `min` to `max`, both included, that `unit` divides. */
export const integer =
  (flag: string, { min, max = Number.MAX_SAFE_INTEGER, unit = 1 }: { min: number; max?: number; unit?: number }) =>
  (text: string): number => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max && value % unit === 0) return value;
    const range = max === Number.MAX_SAFE_INTEGER && min !== 0 ? `${min} or more` : `from ${min} to ${max}`;
    throw bad(flag, `a whole number, ${range}${unit === 1 ? '' : `, divisible by ${unit}`}`, text);
  };

type Bounds = {
  readonly min: number;
  readonly max?: number;
  /** Whether `min` itself is not one of them. */
  readonly above?: boolean;
  /** Whether `max` itself is not one of them. */
  readonly below?: boolean;
};

/** Returns the number that a text writes in decimal digits; NaN for any other text. */
export const decimal = (text: string): number =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;

const isWithin = (value: number, { min, max = Infinity, above = false, below = false }: Bounds): boolean =>
  Number.isFinite(value) && (above ? value > min : value >= min) && (below ? value < max : value <= max);

function rangeOf({ min, max = Infinity, above = false, below = false }: Bounds): string {
  const least = min === -Infinity ? '' : above ? ` above ${min}` : ` from ${min}`;
  return max === Infinity ? least : `${least} to ${below ? 'below ' : ''}${max}`;
}

/** Returns a parser of finite numbers from `min` (or only above it) to `max` (or only below it). */
export const number =
  (flag: string, bounds: Bounds) =>
  (text: string): number => {
    const value = decimal(text);
    if (isWithin(value, bounds)) return value;
    throw bad(flag, `a number${rangeOf(bounds)}`, text);
  };

/** Returns a parser of finite numbers with commas between them, from `least` to `most` of them. */
export const numbers =
  (flag: string, { least = 1, most = Infinity, ...bounds }: Bounds & { least?: number; most?: number }) =>
  (text: string): number[] => {
    const values = text.split(',').map(decimal);
    if (values.length >= least && values.length <= most && values.every((value) => isWithin(value, bounds))) {
      return values;
    }
    const count = least === most ? `${least} numbers` : 'numbers';
    throw bad(flag, `${count}${rangeOf(bounds)}, with commas between them`, text);
  };

/** Returns a parser of any text but an empty one. */
export const text =
  (flag: string) =>
  (value: string): string => {
    if (value.trim() !== '') return value;
    throw bad(flag, 'a name', value);
  };

/** Returns a parser of one of a few words. */
export const choice = <const Words extends readonly string[]>(flag: string, words: Words): Suggesting<Words[number]> =>
  Object.assign(
    (text: string) => {
      const word = words.find((candidate) => candidate === text);
      if (word !== undefined) return word;
      const meant = nearest(text, words);
      throw new CommandError(
        'option-invalid',
        `${flag} must be one of ${words.join(', ')}, got '${text}'${meant ? `; did you mean ${meant}?` : '.'}`,
      );
    },
    { words },
  );

/** Returns a parser of intervals: `2` or `2epochs`, `500steps`, or `never` for the end alone. */
export const interval =
  (flag: string) =>
  (text: string): Interval => {
    if (text === 'never') return {};
    const match = /^(\d+)\s*(epochs?|steps?)?$/.exec(text.trim());
    const every = Number(match?.[1]);
    if (!match || every < 1 || !Number.isSafeInteger(every)) {
      throw bad(flag, "epochs (like '2'), steps (like '500steps') or 'never'", text);
    }
    return match[2]?.startsWith('step') ? { steps: every } : { epochs: every };
  };

/** Returns a parser of the side of pictures, or of `48x64`, height and width: what three halvings leave whole. */
export const pictureSize =
  (flag: string) =>
  (text: string): number | [height: number, width: number] => {
    const sides = text.trim().split(/[x×]/);
    if (sides.length > 2) throw bad(flag, 'a side, like 64, or height x width, like 48x64', text);
    const [height, width = height] = sides.map(side(flag, text)) as [number, number?];
    return height === width ? height : [height, width];
  };

const side = (flag: string, text: string) => (part: string) => {
  const size = integer(flag, { min: 8, max: 4096 })(part);
  if (size % 8 === 0) return size;
  const below = size - (size % 8);
  const whole = text === part ? '' : ` in ${text}`;
  throw new CommandError(
    'option-invalid',
    `${flag} must be divisible by 8, got ${size}${whole}; try ${below} or ${below + 8}.`,
  );
};

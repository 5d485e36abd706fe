import { nearest } from '@denoiser/schedules/nearest';
import { CommandError } from './errors';

/** Parsers of option values: text in, value out, or one sentence that names the option. */

/** How often something happens in training, beside the end of it. */
export type Interval = { readonly steps?: number; readonly epochs?: number };

const bad = (flag: string, wanted: string, got: string) =>
  new CommandError('bad-option', `${flag} must be ${wanted}, got '${got}'.`);

/** Whole numbers from `min` to `max`, both included, that `unit` divides. */
export const integer =
  (flag: string, { min, max = Number.MAX_SAFE_INTEGER, unit = 1 }: { min: number; max?: number; unit?: number }) =>
  (text: string): number => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max && value % unit === 0) return value;
    const range = max === Number.MAX_SAFE_INTEGER && min !== 0 ? `${min} or more` : `from ${min} to ${max}`;
    throw bad(flag, `a whole number, ${range}${unit === 1 ? '' : `, divisible by ${unit}`}`, text);
  };

/** A number as people write it; JavaScript would take `0x10`, `1e` and nothing at all for one, too. */
export const decimal = (text: string): number =>
  /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;

/** Finite numbers from `min` (or only above it) to `max`. */
export const number =
  (flag: string, { min, max = Infinity, above = false }: { min: number; max?: number; above?: boolean }) =>
  (text: string): number => {
    const value = decimal(text);
    if (Number.isFinite(value) && (above ? value > min : value >= min) && value <= max) return value;
    const least = above ? `a number above ${min}` : `a number from ${min}`;
    throw bad(flag, max === Infinity ? least : `${least} to ${max}`, text);
  };

/** One of a few words. */
export const choice =
  <const Words extends readonly string[]>(flag: string, words: Words) =>
  (text: string): Words[number] => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    const meant = nearest(text, words);
    throw new CommandError(
      'bad-option',
      `${flag} must be one of ${words.join(', ')}, got '${text}'; did you mean ${meant}?`,
    );
  };

/** `2` or `2epochs`: epochs; `500steps`: steps; `never`: only at the end. */
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

/** Side of the pictures: what three halvings leave whole. */
export const pictureSize =
  (flag: string) =>
  (text: string): number => {
    const size = integer(flag, { min: 8, max: 4096 })(text);
    if (size % 8 === 0) return size;
    const below = size - (size % 8);
    throw new CommandError('bad-option', `${flag} must be divisible by 8, got ${size}; try ${below} or ${below + 8}.`);
  };

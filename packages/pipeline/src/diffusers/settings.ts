import { printable } from '@denoiser/errors';
import { PipelineError } from '../errors';

/** The values of a configuration of diffusers, each checked when it is asked for; what is null or absent has its default. */
export interface Settings {
  /** What messages call the file. */
  readonly name: string;
  number(key: string, fallback: number): number;
  flag(key: string, fallback: boolean): boolean;
  /** A word, whatever it is; words that are known are told apart by `one`. */
  word(key: string, fallback: string): string;
  /** A word of these, as what it means. */
  one<const Meanings extends Readonly<Record<string, unknown>>>(
    key: string,
    meanings: Meanings,
    fallback: keyof Meanings & string,
  ): Meanings[keyof Meanings];
  /** A list of numbers; undefined where it is empty. */
  numbers(key: string, most: number): readonly number[] | undefined;
}

/**
 * Returns the values of a configuration.
 *
 * @throws DenoiserError (`config-invalid`) where it is none; its functions, for a value of another kind than is asked for.
 */
export function settingsOf(config: unknown, name: string): Settings {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw invalid(name, 'is no object of settings');
  }
  const found = (key: string): unknown =>
    Object.hasOwn(config, key) ? ((config as Record<string, unknown>)[key] ?? undefined) : undefined;
  const get = <T>(key: string, fallback: T, is: (value: unknown) => boolean, what: string): T => {
    const value = found(key);
    if (value === undefined) return fallback;
    if (is(value)) return value as T;
    throw invalid(name, `has ${shown(value)} as ${key}, where ${what} should be`);
  };
  return {
    name,
    number: (key, fallback) => get(key, fallback, isNumber, 'a number'),
    flag: (key, fallback) => get(key, fallback, (value) => typeof value === 'boolean', 'true or false'),
    word: (key, fallback) => get(key, fallback, (value) => typeof value === 'string', 'a word'),
    one(key, meanings, fallback) {
      const words = Object.keys(meanings);
      const isKnown = (value: unknown) => typeof value === 'string' && Object.hasOwn(meanings, value);
      return meanings[get<string>(key, fallback, isKnown, `one of ${words.join(', ')}`)] as never;
    },
    numbers(key, most) {
      const isList = (value: unknown) => Array.isArray(value) && value.length <= most && value.every(isNumber);
      const list = get<readonly number[]>(key, [], isList, `a list of at most ${most} numbers`);
      return list.length > 0 ? list : undefined;
    },
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A value in a few words; what is nested may be so deeper than can be written. */
const shown = (value: unknown): string =>
  typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'an object') : printable(inJson(value).slice(0, 60));

const inJson = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

/** The error of a configuration that describes no model. */
export const invalid = (name: string, what: string) =>
  new PipelineError('config-invalid', `${name} ${what}; take the file anew, or mend it.`);

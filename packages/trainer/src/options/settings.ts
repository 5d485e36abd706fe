import { type DenoiserError, describeValue, isObject, perhaps, theNearest, unknownOption } from '@denoiser/errors';
import { TrainerError } from '../errors';

/** A piece of JSON Schema (2020-12). */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * What one option may be: its range in words, as a test and as JSON Schema, and its default. An option without a default is
 * needed, unless it may be absent.
 */
export type Setting<T> = {
  /** What the option is, for help texts. */
  readonly about?: string;
  readonly range: string;
  readonly schema: JsonSchema;
  readonly isValid: (value: unknown) => boolean;
  readonly fallback?: T;
  readonly mayBeAbsent?: boolean;
  /** Fills in the defaults of an option that has options of its own. */
  readonly resolve?: (path: string, value: T) => T;
};

/** The settings of an object of options, field by field. */
export type SettingsOf<Options> = { readonly [Name in keyof Options]-?: Setting<Options[Name]> };

/** Options as a caller gives them: the `Needed` ones, and any of the others. */
export type Input<Options, Needed extends keyof Options = never> = Pick<Options, Needed> & Partial<Options>;

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Returns the setting of a whole number from `least` to `most`; without `most`, of any from `least` on. */
export const wholeNumber = (least: number, fallback?: number, most?: number): Setting<number> => ({
  range: most === undefined ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`,
  schema: { type: 'integer', minimum: least, maximum: most ?? Number.MAX_SAFE_INTEGER },
  isValid: (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= (most ?? Number.MAX_SAFE_INTEGER),
  ...withFallback(fallback),
});

/** Returns the setting of a finite number above `bound`. */
export const numberAbove = (bound: number, fallback?: number): Setting<number> => ({
  range: `a number above ${bound}`,
  schema: { type: 'number', exclusiveMinimum: bound },
  isValid: (value) => isNumber(value) && value > bound && value < Infinity,
  ...withFallback(fallback),
});

/** Returns the setting of a number from `least` to `most`; without `most`, of any finite number from `least` on. */
export const numberFrom = (least: number, most: number | undefined, fallback?: number): Setting<number> => ({
  range: most === undefined ? `a number from ${least}` : `a number from ${least} to ${most}`,
  schema: { type: 'number', minimum: least, ...(most !== undefined && { maximum: most }) },
  isValid: (value) => isNumber(value) && value >= least && value <= (most ?? Number.MAX_VALUE),
  ...withFallback(fallback),
});

/** Returns the setting of one of a few names. */
export const oneOf = <T extends string>(names: readonly T[], fallback?: T): Setting<T> => ({
  range: `one of ${names.join(', ')}`,
  schema: { enum: names },
  isValid: (value) => (names as readonly unknown[]).includes(value),
  ...withFallback(fallback),
});

export const trueOrFalse = (fallback?: boolean): Setting<boolean> => ({
  range: 'true or false',
  schema: { type: 'boolean' },
  isValid: (value) => typeof value === 'boolean',
  ...withFallback(fallback),
});

/** Returns the setting of an object of options, all of which have defaults. */
export const objectOf = <T extends object>(settings: SettingsOf<T>): Setting<T> => ({
  range: 'an object',
  schema: objectSchema(settings),
  isValid: isObject,
  fallback: {} as T,
  resolve: (path, value) => resolveSettings(settings, value, `${path}.`),
});

/** Returns the setting as one that may be absent, and then stays absent. */
export const optional = <T>(setting: Setting<T>): Setting<T> => ({ ...setting, mayBeAbsent: true });

/** Returns the setting with null as one more value, the default. */
export const orNull = <T>({ range, schema, isValid, resolve }: Setting<T>): Setting<T | null> => ({
  range: `${range}, or null`,
  schema: { anyOf: [schema, { type: 'null' }] },
  isValid: (value) => value === null || isValid(value),
  fallback: null,
  ...(resolve && { resolve: (path: string, value: T | null) => (value === null ? null : resolve(path, value)) }),
});

/**
 * Fills in defaults, and checks that every option is in its range.
 *
 * @throws DenoiserError `option-invalid` that names the option and its range, or the nearest name.
 */
export function resolveSettings<Options extends object>(
  settings: SettingsOf<Options>,
  input: Partial<Options>,
  path = '',
): Options {
  const names = Object.keys(settings) as (keyof Options & string)[];
  for (const name of Object.keys(input)) if (!(name in settings)) throw unknownSetting(path + name, path, names);
  const resolved: Partial<Options> = {};
  for (const name of names) {
    const { range, schema, isValid, fallback, mayBeAbsent, resolve } = settings[name];
    const value = input[name] === undefined ? fallback : input[name];
    if (value === undefined && mayBeAbsent) continue;
    if (value === undefined) throw badOption(`The training option \`${path}${name}\` is missing; give ${range}.`);
    if (!isValid(value)) {
      throw badOption(
        `The training option \`${path}${name}\` is ${describeValue(value)}; give ${range}${hint(value, schema)}.`,
      );
    }
    resolved[name] = resolve ? resolve(path + name, value as Options[typeof name]) : (value as Options[typeof name]);
  }
  return resolved as Options;
}

/** Returns the JSON Schema of an object of these settings, without other fields. Settings that are needed are required. */
export function objectSchema(settings: object): JsonSchema {
  const entries = Object.entries(settings) as [string, Setting<unknown>][];
  const required = entries
    .filter(([, { fallback, mayBeAbsent }]) => fallback === undefined && !mayBeAbsent)
    .map(([name]) => name);
  const property = ({ about, schema, fallback }: Setting<unknown>) => ({
    ...schema,
    ...(about !== undefined && { description: about }),
    ...(fallback !== undefined && { default: fallback }),
  });
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, setting]) => [name, property(setting)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

export const badOption = (message: string): DenoiserError => new TrainerError('option-invalid', message);

/** Throws `option-invalid` unless `options` are an object in which every key is an option of `where`; names the nearest one. */
export function checkOptionNames(where: string, options: unknown, known: readonly string[]): void {
  const sentence = unknownOption(where, options, known);
  if (sentence) throw badOption(sentence);
}

const LONGEST = 100;

/** Returns the nearest of the words that an option may be, as a part of a sentence. */
function hint(value: unknown, { enum: words }: JsonSchema): string {
  if (typeof value !== 'string' || !Array.isArray(words)) return '';
  return perhaps(value.slice(0, LONGEST), words);
}

function unknownSetting(name: string, path: string, names: readonly string[]): DenoiserError {
  const bare = name.slice(path.length, path.length + LONGEST);
  const advice =
    names.length === 0
      ? 'this type has none; leave it out'
      : theNearest(bare, names, (option) => `\`${path}${option}\``);
  return badOption(`There is no training option \`${path}${bare}\`; ${advice}.`);
}

function withFallback<T>(fallback: T | undefined): { fallback?: T } {
  return fallback === undefined ? {} : { fallback };
}

import { type DenoiserError, describeValue, unknownOption } from '@denoiser/errors';
import { PipelineError } from './errors';

/** Returns the error of an option that is not what it must be; options stand in backticks in its sentence. */
export const optionInvalid = (sentence: string): DenoiserError => new PipelineError('option-invalid', sentence);

/** Throws unless `options` are an object in which every key is an option of `where`; names the nearest one. */
export function checkOptionNames(where: string, options: unknown, known: readonly string[]): void {
  const sentence = unknownOption(where, options, known);
  if (sentence) throw optionInvalid(sentence);
}

/** Throws unless `value` is a whole number from `least`. */
export function checkWhole(option: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw notWhatItMust(option, `a whole number of at least ${least}`, value);
  }
}

/** What an option must be, in words, and whether a value is that. */
export type Kind = readonly [must: string, is: (value: unknown) => boolean];

/** Throws for the first of the options, where it is given, that is not of its kind. */
export function checkKinds(options: object, kinds: Readonly<Record<string, Kind>>): void {
  for (const [option, [must, is]] of Object.entries(kinds)) {
    const value = (options as Record<string, unknown>)[option];
    if (value !== undefined && !is(value)) throw notWhatItMust(option, must, value);
  }
}

/** Returns the error of an option whose value is of another kind. */
export const notWhatItMust = (option: string, must: string, value: unknown): DenoiserError =>
  optionInvalid(`\`${option}\` must be ${must}, not ${describeValue(value)}.`);

import { type DenoiserError, didYouMean, inBackticks } from '@denoiser/errors';
import { PipelineError } from './errors';

/** Returns the error of an option that is not what it must be; options stand in backticks in its sentence. */
export const optionInvalid = (sentence: string): DenoiserError => new PipelineError('option-invalid', sentence);

/** Throws for the first key of `options` that is no option of `where`, and names the nearest one. */
export function checkOptionNames(where: string, options: object, known: readonly string[]): void {
  const wrong = Object.keys(options).find((key) => !known.includes(key));
  if (wrong === undefined) return;
  throw optionInvalid(`${where} has no option "${wrong}"; ${didYouMean(wrong, known, inBackticks)}`);
}

/** Throws unless `value` is a whole number from `least`. */
export function checkWhole(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw optionInvalid(`\`${option}\` must be a whole number of at least ${least}, not ${value}.`);
}

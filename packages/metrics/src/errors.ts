import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type MetricsErrorCode =
  /** An option is out of its range. */
  | 'option-invalid'
  /** There are fewer samples than the measure needs. */
  | 'samples-too-few'
  /** Shapes do not fit each other. */
  | 'shape-invalid'
  /** A value is not a finite number. */
  | 'values-not-finite';

/** An error of this package. */
export const MetricsError = DenoiserError<MetricsErrorCode>;

export function checkWhole(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new MetricsError('option-invalid', `${name} must be a whole number of at least ${min}, not ${value}.`);
}

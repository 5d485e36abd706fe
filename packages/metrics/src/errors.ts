/** An error that the caller can mend. Other packages know it by `isDenoiserError`, not by its class. */
export class MetricsError extends Error {
  readonly isDenoiserError = true;
  override readonly name = 'DenoiserError';

  constructor(
    readonly code: 'bad-shape' | 'too-few-samples' | 'bad-option' | 'not-finite',
    message: string,
  ) {
    super(message);
  }
}

export function checkWhole(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new MetricsError('bad-option', `${name} must be a whole number of at least ${min}, not ${value}.`);
}

/**
 * An error that a user can cause and mend: one sentence that says what, where and what to do. Known by `isDenoiserError`,
 * as everywhere in denoiser; a class of its own, since the page must not load TensorFlow.js to have one.
 */
export class WebError extends Error {
  override readonly name = 'DenoiserError';
  readonly isDenoiserError = true;

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an error is one of denoiser's, whichever package's class it is. */
export function isDenoiserError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && (error as { isDenoiserError?: unknown }).isDenoiserError === true;
}

export function outOfMemory(details: string): WebError {
  return new WebError(
    'out-of-memory',
    `There is not enough memory for this (${details}): choose a smaller network, smaller images or a smaller batch, or close other tabs.`,
  );
}

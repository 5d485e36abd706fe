import { printableLines } from './printable';

/**
 * An error that a user can cause and mend: the message is one sentence that says what is wrong, where, and what to do.
 * Anything with `isDenoiserError === true` is shown without a stack trace, whichever copy of the package it came from.
 */
export class DenoiserError extends Error {
  override readonly name = 'DenoiserError';
  readonly isDenoiserError = true;

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(printableLines(message)); // it names files, and what files say
  }
}

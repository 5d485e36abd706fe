import { printableLines } from './printable';

/**
 * An error that a user can cause and mend: the message is one sentence that says what is wrong, where, and what to do; the
 * code is for programs. docs/errors.md lists the codes of all packages.
 */
export class DenoiserError<Code extends string = string> extends Error {
  override readonly name = 'DenoiserError';
  readonly isDenoiserError = true;

  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(printableLines(message)); // it names files, and what files say
  }
}

/** Returns whether a value is such an error, whichever copy of this package it came from. */
export function isDenoiserError(error: unknown): error is DenoiserError {
  return error instanceof Error && (error as { isDenoiserError?: unknown }).isDenoiserError === true;
}

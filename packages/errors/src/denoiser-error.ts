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
    super(printableLines(message.replace(TOO_LONG, shortened))); // it names files, and what files say
  }
}

/** A line with a value in it that nobody reads to its end; two paths of the longest fit. */
const TOO_LONG = /[^\n]{9000,}/g;
const SHOWN = 1000;

/** Returns what a line begins and ends with: what is wrong, and what to do. */
const shortened = (line: string): string => `${line.slice(0, SHOWN)} … ${line.slice(-SHOWN)}`;

/** Returns whether a value is such an error, whichever copy of this package it came from. */
export function isDenoiserError(error: unknown): error is DenoiserError {
  return error instanceof Error && (error as { isDenoiserError?: unknown }).isDenoiserError === true;
}

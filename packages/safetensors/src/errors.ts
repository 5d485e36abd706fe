/** What is wrong with a file or with what was to become one; the command prints it without a stack trace. */
export type SafetensorsErrorCode = 'truncated-file' | 'invalid-header' | 'invalid-tensor' | 'unsupported-dtype';

/**
 * An error of this package: a code for programs and one sentence for people. File names are not known here; callers add
 * them. `isDenoiserError` marks errors with a message for the user across package borders.
 */
export class SafetensorsError extends Error {
  readonly isDenoiserError = true;
  override readonly name = 'SafetensorsError';

  constructor(
    readonly code: SafetensorsErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** A name from a file, quoted, and cut to a length that fits a message. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 117)}...` : name);
}

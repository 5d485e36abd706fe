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

/** What would move a terminal's cursor or turn the direction of writing; JSON escapes the first 32 by itself. */
const unprintable = /[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A name from a file, quoted, with control characters escaped, and cut to a length that fits a message. */
export function quote(name: string): string {
  const quoted = JSON.stringify(name.length > 120 ? `${name.slice(0, 117)}...` : name);
  return quoted.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

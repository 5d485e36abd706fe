/** Errors as the command shows them: one line on stderr, exit code 1, a stack only with DENOISER_DEBUG=1. */
import { printable } from '@denoiser/ops/printable';
import { inFlags } from './flag';

/** A mistake the user can mend. Marked as the libraries' own errors are, without importing them (they load tfjs). */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly isDenoiserError = true;
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Said where Ctrl-C ended work that has nothing to be saved. */
export const NOTHING_WRITTEN = 'Stopped; nothing was written.';

/** Thrown where Ctrl-C ended the work in good order; `hint` says how to go on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(readonly hint: string) {
    super(hint);
  }
}

const systemReasons: Record<string, string> = {
  ENOSPC: 'no space is left on the disk; free some and try again',
  EDQUOT: 'the disk quota is used up; free some space and try again',
  EACCES: 'permission is denied; choose another place or change the rights',
  EPERM: 'the operation is not permitted; choose another place or change the rights',
  EROFS: 'the file system is read-only; choose another place',
  ENOENT: 'there is no such file or folder; check the spelling',
  ENOTDIR: 'a part of this path is a file, not a folder; choose another path',
  EISDIR: 'this is a folder, a file is needed; choose another path',
  EEXIST: 'it exists already; choose another name',
  EMFILE: 'too many files are open; close other programs and try again',
  ENAMETOOLONG: 'the name is too long; choose a shorter one',
  ENXIO: 'this is not a usable file; choose another path',
};

interface SystemError extends Error {
  code: string;
  path?: string;
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in systemReasons;

/** Why the system refuses, and what to do about it. */
export const systemReason = (error: unknown): string | undefined =>
  isSystemError(error) ? systemReasons[error.code] : undefined;

const oneLine = (text: string): string => printable(text.trim().replace(/\s*\n\s*/g, ' '));

/** The sentence for any thrown value, always on one line. */
export function describeError(error: unknown): string {
  if (error instanceof Error && 'isDenoiserError' in error && error.isDenoiserError === true)
    return inFlags(oneLine(error.message));
  if (isSystemError(error)) return oneLine(`${error.path ?? 'the file'}: ${systemReasons[error.code]}.`);
  const message = error instanceof Error ? error.message : String(error);
  return oneLine(`unexpected error: ${message || 'no message'} (DENOISER_DEBUG=1 shows where)`);
}

/** Runs `action`; a system error in it that names no file is told with `path`. */
export function atPath<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (isSystemError(error)) throw new CommandError(error.code, `${path}: ${systemReasons[error.code]}.`);
    throw error;
  }
}

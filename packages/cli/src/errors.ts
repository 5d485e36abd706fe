/** Errors as the command shows them: one line on stderr, exit code 1, a stack only with DENOISER_DEBUG=1. */
import { DenoiserError, fileError, isDenoiserError, printable } from '@denoiser/errors';
import { inFlags } from './flag';

/** The codes of this package's errors. */
export type CommandErrorCode =
  /** The classes of the images are not those of the run. */
  | 'classes-differ'
  /** The configuration cannot be read. */
  | 'config-invalid'
  /** There are no images to measure against. */
  | 'data-missing'
  /** There is a file of this name. */
  | 'file-exists'
  /** The feature network cannot be used. */
  | 'features-invalid'
  /** The measure needs a feature network. */
  | 'features-missing'
  /** The module of one's own is none. */
  | 'logger-invalid'
  /** There is no such model. */
  | 'model-missing'
  /** The measure cannot be taken of this model. */
  | 'model-unfit'
  /** Options contradict each other. */
  | 'option-conflict'
  /** An option is none, or out of its range. */
  | 'option-invalid'
  /** What a PNG says of itself is illegible. */
  | 'picture-info-damaged'
  /** The PNG does not say how it was drawn. */
  | 'picture-without-settings'
  /** There is a run in this folder. */
  | 'run-exists'
  /** There is no run in this folder. */
  | 'run-missing';

/** An error of this package. */
export const CommandError = DenoiserError<CommandErrorCode>;

/** The sentence where Ctrl-C ended work that has nothing to be saved. */
export const NOTHING_WRITTEN = 'Stopped; nothing was written.';

/** The error where Ctrl-C ended the work in good order; `hint` says how to go on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(readonly hint: string) {
    super(hint);
  }
}

const oneLine = (text: string): string => printable(text.trim().replace(/\s*\n\s*/g, ' '));

/** Returns the sentence for any thrown value, always on one line. */
export function describeError(error: unknown): string {
  const path = error instanceof Error && 'path' in error ? String(error.path) : 'a file';
  const known = fileError(error, 'use', path);
  if (isDenoiserError(known)) return inFlags(oneLine(known.message));
  const message = error instanceof Error ? error.message : String(error);
  return oneLine(`unexpected error: ${message || 'no message'} (DENOISER_DEBUG=1 shows where)`);
}

/**
 * Runs `action` and returns its result.
 *
 * @throws DenoiserError with `verb` and the path where the file system refuses it.
 */
export function atPath<T>(verb: 'read' | 'remove', path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(error, verb, path);
  }
}

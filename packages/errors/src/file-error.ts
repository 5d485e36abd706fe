import { DenoiserError, isDenoiserError } from './denoiser-error';

/** Why the operating system refuses, by its codes, and what to do. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space or choose another folder',
  EDQUOT: 'your disk quota is used up: free some space or choose another folder',
  EROFS: 'the file system is read-only: choose another folder',
  EACCES: 'permission is denied: change the permissions or choose another path',
  EPERM: 'the operation is not permitted: change the permissions or choose another path',
  ENOTDIR: 'a part of this path is a file, not a folder: choose another path',
  EEXIST: 'a file of this name is in the way: move it or choose another path',
  EISDIR: 'it is a folder: give the path of a file',
  ENOENT: 'it does not exist: check the path',
  EMFILE: 'too many files are open: close other programs or raise the limit (ulimit -n)',
  ENAMETOOLONG: 'the name is too long: choose a shorter one',
  ELOOP: 'its links lead in a circle: mend them or choose another path',
  ENXIO: 'it is no usable file: choose another path',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large: choose another one',
  ERR_INVALID_ARG_VALUE: 'a path cannot hold the character NUL: check the path',
};

/** Returns the code of a system error such as ENOSPC, if `error` is one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Returns whether an error is one of `fileError`, whose sentence names its path. */
export const isFileError = (error: unknown): boolean =>
  isDenoiserError(error) && /^(e[a-z0-9]+|err_[a-z_]+)$/.test((error as DenoiserError).code);

/**
 * Returns a failure of the file system as one sentence: what could not be done, with which path, why, and what to do. Its code is
 * the system's, in lower case (`enospc`). A `DenoiserError` is passed through, and so is anything that is no system error.
 */
export function fileError(error: unknown, verb: 'read' | 'write' | 'remove' | 'use', path: string): unknown {
  const code = systemCode(error);
  if (code === undefined || !(error instanceof Error) || !(code in advice || /^E[A-Z0-9]+$/.test(code))) return error;
  // What is written is not there before, so the folder above is missing and cannot be made, or is one such as /proc.
  const why =
    code === 'ENOENT' && verb === 'write'
      ? 'its folder is gone or cannot be made there, or takes no files: choose another folder'
      : advice[code];
  return new DenoiserError(code.toLowerCase(), `Cannot ${verb} ${path}: ${why ?? error.message}.`);
}

import { isDenoiserError } from '@denoiser/errors';
import { WebError, type WebErrorCode } from '../errors';

const advice: Record<string, { code: WebErrorCode; sentence: (what: string) => string }> = {
  QuotaExceededError: {
    code: 'storage-full',
    sentence: (what) =>
      `The browser's storage is full, so ${what} was not kept: delete runs that are no longer needed or free disk space; what was kept before is whole.`,
  },
  NoModificationAllowedError: {
    code: 'storage-busy',
    sentence: (what) => `Another tab holds ${what}: close that tab and try again.`,
  },
  SecurityError: {
    code: 'storage-missing',
    sentence: (what) =>
      `This browser lets the page keep nothing, so ${what} is not there: leave private browsing or allow the site to store data.`,
  },
};

/** A failure of the browser's storage as a `DenoiserError`; `what` names the thing. Other errors are passed through. */
export function storageError(error: unknown, what: string): unknown {
  if (isDenoiserError(error)) return error;
  const known = advice[nameOf(error)];
  return known ? new WebError(known.code, known.sentence(what)) : error;
}

/** The name that the browser's own errors go by. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

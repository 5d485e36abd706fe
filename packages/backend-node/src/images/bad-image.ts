import { DenoiserError } from '@denoiser/ops';

/** The error of a file that should be an image and can't be read; `reason` says what it is or has. */
export function badImage(file: string, reason: string): DenoiserError {
  return new DenoiserError(
    'bad-image',
    `Cannot read ${file} as an image: ${reason}; replace it or move it out of the folder.`,
  );
}

/** The same for one that is whole, but in a form that is not read. */
export function unsupportedImage(file: string, what: string): DenoiserError {
  return new DenoiserError(
    'bad-image',
    `Cannot read ${file} as an image: ${what}; convert it to PNG or JPEG, or move it out of the folder.`,
  );
}

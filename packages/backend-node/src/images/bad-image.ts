import type { DenoiserError } from '@denoiser/errors';
import { NodeError } from '../errors';
import type { SkippedFile } from './image-tree';

/** The error of images that can't be read, with all of them and the reasons. */
export type BadImages = DenoiserError & { readonly files: readonly SkippedFile[] };

const LISTED = 20;
const WAYS = 'replace it or move it out of the folder';
const WAYS_OF_SUPPORT = 'convert it to PNG or JPEG, or move it out of the folder';

/** Returns the error of a file that should be an image and can't be read; `reason` says what it is or has. */
export const badImage = (file: string, reason: string): BadImages => unread(file, reason, WAYS);

/** Returns the same for one that is whole, but in a form that is not read. */
export const unsupportedImage = (file: string, reason: string): BadImages => unread(file, reason, WAYS_OF_SUPPORT);

/** Returns one error for all the images of a folder that can't be read. */
export function badImages(files: readonly SkippedFile[]): BadImages {
  if (files.length === 1) {
    return unread(
      files[0].file,
      files[0].reason,
      'replace it, move it out of the folder, or leave it out by `skipBad`',
    );
  }
  const list = files.slice(0, LISTED).map(({ file, reason }) => `${file} (${reason})`);
  const more = files.length > LISTED ? ` and ${files.length - LISTED} more` : '';
  return withFiles(
    `${files.length} files cannot be read as images: ${list.join(', ')}${more}; replace them, move them out of the folder, or leave them out by \`skipBad\`.`,
    files,
  );
}

/** Returns why a file could not be read, as a part of a sentence. */
export function reasonOf(error: DenoiserError): string {
  const [only] = (error as Partial<BadImages>).files ?? [];
  return only?.reason ?? error.message.replace(/\.$/, '').split(';')[0];
}

function unread(file: string, reason: string, ways: string): BadImages {
  return withFiles(`Cannot read ${file} as an image: ${reason}; ${ways}.`, [{ file, reason }]);
}

function withFiles(message: string, files: readonly SkippedFile[]): BadImages {
  return Object.assign(new NodeError('image-invalid', message), { files });
}

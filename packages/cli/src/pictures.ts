import type { DrawOptions } from '@denoiser/backend-node';
import { CommandError } from './errors';

/** Flags of the pictures that `sample` begins with, fills or inverts. */
export interface PictureFlags {
  from?: string;
  strength?: number;
  inpaint?: string;
  mask?: string;
  invert?: string;
}

const invalid = (message: string) => new CommandError('option-invalid', message);

/**
 * Checks that the flags of pictures go together.
 *
 * @throws DenoiserError in one sentence where they do not.
 */
export function checkPictures({ from, strength, inpaint, mask, invert }: PictureFlags): void {
  if (strength !== undefined && from === undefined) {
    throw invalid('--strength says how much of a picture is drawn anew; give the picture with --from.');
  }
  if (inpaint !== undefined && mask === undefined) {
    throw invalid(
      `--inpaint ${inpaint} needs --mask: a picture that is white where it is to be filled, black where it stays.`,
    );
  }
  if (mask !== undefined && inpaint === undefined) {
    throw invalid(`--mask ${mask} says which part is filled; give the picture itself with --inpaint.`);
  }
  if (invert !== undefined && (from ?? inpaint) !== undefined) {
    throw invalid('--invert finds the noise of a picture and draws it again; leave out --from and --inpaint.');
  }
}

/** Returns the pictures that the flags name, as `drawImages` takes them. */
export const picturesOf = ({
  from,
  strength,
  inpaint,
  mask,
}: PictureFlags): Pick<DrawOptions, 'image' | 'strength' | 'inpaint'> => ({
  ...(from !== undefined && { image: from }),
  ...(strength !== undefined && { strength }),
  ...(inpaint !== undefined && mask !== undefined && { inpaint: { image: inpaint, mask } }),
});

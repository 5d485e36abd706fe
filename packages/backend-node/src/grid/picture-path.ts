import { describeValue } from '@denoiser/errors';
import { NodeError } from '../errors';

/**
 * Checks that a path is one of a file of this kind: what is inside goes by the name, not by the wish.
 *
 * @throws DenoiserError `option-invalid`.
 */
export function checkPicturePath(writer: string, path: string, ending: '.png' | '.gif'): void {
  if (typeof path === 'string' && path.toLowerCase().endsWith(ending)) return;
  throw new NodeError(
    'option-invalid',
    `${writer} writes a file whose name ends in ${ending}, not ${describeValue(path)}; choose such a name.`,
  );
}

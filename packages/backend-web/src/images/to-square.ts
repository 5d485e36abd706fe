import type { Picture, PictureSource } from '../protocol/pictures';
import { toSize } from './to-size';

/**
 * Returns the centre square of a picture, scaled to `size`×`size`, as RGBA.
 *
 * @throws DenoiserError (`image-invalid`) for a file that the browser can't decode.
 */
export const toSquare = (source: PictureSource, size: number): Promise<Picture> => toSize(source, [size, size]);

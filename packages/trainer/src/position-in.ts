import type { Run } from './run';
import type { ImageDataset } from './types';

/**
 * Returns how many images of the epoch under way have been used. A place in an epoch means something in that order only: in
 * another, of other images or another seed, the epoch starts over.
 */
export function positionIn({ options, progress }: Run, { length }: Pick<ImageDataset, 'length'>): number {
  const { order, position } = progress;
  return !order || (order.seed === options.seed && order.length === length) ? position : 0;
}

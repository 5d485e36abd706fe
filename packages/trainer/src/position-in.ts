import type { Run } from './run';
import type { ImageDataset } from './types';

/**
 * Returns how many images of the epoch under way have been used: none if the order is another now, of other images or another
 * seed, since a place in one order means nothing in another.
 */
export function positionIn({ options, progress }: Run, { length }: Pick<ImageDataset, 'length'>): number {
  const { order, position } = progress;
  return !order || (order.seed === options.seed && order.length === length) ? position : 0;
}

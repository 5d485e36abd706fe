import type { Counts } from '../web/counter';
import type { Card } from './card';

/**
 * The least milliseconds that a card takes for what was counted: each kernel is bound by its arithmetic or by its bytes, and one
 * runs after the other (Williams et al. 2009).
 */
export function boundMs(
  { kernels }: Pick<Counts, 'kernels'>,
  { f32, bytesPerSecond }: Pick<Card, 'f32' | 'bytesPerSecond'>,
): number {
  const seconds = Object.values(kernels).map(({ flops, bytes }) => Math.max(flops / f32, bytes / bytesPerSecond));
  return 1000 * seconds.reduce((sum, one) => sum + one, 0);
}

export { finished, runAlone, share, work } from './pool';
export { COLUMNS, ROWS } from './simd';

/** First address that the host may allot. */
export function heapStart(): usize {
  return __heap_base;
}

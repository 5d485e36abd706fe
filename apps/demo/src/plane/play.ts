import { batch } from '@preact/signals';
import { T } from '../forward/noise-schedules';
import { isPlaying, t } from './state';

/** The whole way takes so long. */
export const SECONDS = 6;

const isCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Shows the way from its beginning; whoever wants little motion sees its end. */
export function replay(): void {
  batch(() => {
    t.value = isCalm() ? 0 : T;
    isPlaying.value = !isCalm();
  });
}

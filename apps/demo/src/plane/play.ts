import { batch } from '@preact/signals';
import { T } from '../forward/noise-schedules';
import { isCalm } from '../ui/calm';
import { isPlaying, t } from './state';

/** The whole way takes so long. */
export const SECONDS = 6;

/** Shows the way from its beginning; whoever wants little motion sees its end. */
export function replay(): void {
  batch(() => {
    t.value = isCalm() ? 0 : T;
    isPlaying.value = !isCalm();
  });
}

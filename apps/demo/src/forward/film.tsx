import { useComputed } from '@preact/signals';
import { Pixels } from '../ui/pixels';
import { forward } from '../words/forward';
import { diffuse } from './diffuse';
import { placeOf } from './fewer-steps';
import { T } from './noise-schedules';
import { eps, schedule, t, x0 } from './state';

const STOPS = Array.from({ length: 11 }, (_, i) => Math.min(T - 1, 100 * i));

/** The whole way at a glance; each picture leads to its t. */
export function Film() {
  const frames = useComputed(() => STOPS.map((stop) => diffuse(schedule.value, stop, x0.value, eps.value)));
  const reached = placeOf(STOPS, t.value);
  return (
    <nav class="film" aria-label={forward.film}>
      {STOPS.map((stop, i) => (
        <button
          key={stop}
          type="button"
          aria-label={forward.goTo(stop)}
          aria-current={i === reached ? 'true' : undefined}
          onClick={() => {
            t.value = stop;
          }}
        >
          <Pixels picture={frames.value[i] as (typeof frames.value)[number]} />
          {stop}
        </button>
      ))}
    </nav>
  );
}

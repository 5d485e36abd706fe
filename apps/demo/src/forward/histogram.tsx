import { useComputed } from '@preact/signals';
import { Plot } from '../ui/plot';
import { forward } from '../words/forward';
import { diffuse } from './diffuse';
import { eps, labelOfPicture, pictureName, schedule, t, x0 } from './state';

const text = forward.histogram;
const RANGE = 3.5;
const BINS = 56;
const WIDTH = (2 * RANGE) / BINS;
/** What the plot reaches up to: the bell curve at least; peaks of a picture without noise are cut. */
const [LEAST, MOST] = [0.45, 1.15];

const bell = Array.from({ length: 71 }, (_, i) => {
  const x = -RANGE + i / 10;
  return [x, Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)] as const;
});

/** How the values of all pixels of x_t are spread, beside the standard normal distribution. */
export function Histogram() {
  const density = useComputed(() => {
    const { pixels } = diffuse(schedule.value, t.value, x0.value, eps.value);
    const bins = new Float64Array(BINS);
    let [sum, squares] = [0, 0];
    for (const x of pixels) {
      const bin = Math.floor((x + RANGE) / WIDTH);
      if (bin >= 0 && bin < BINS) bins[bin] = (bins[bin] as number) + 1 / (pixels.length * WIDTH);
      sum += x;
      squares += x * x;
    }
    const mean = sum / pixels.length;
    return { bins, mean, deviation: Math.sqrt(squares / pixels.length - mean * mean) };
  });
  const { bins, mean, deviation } = density.value;
  const numbers = text.numbers(signed(mean), deviation.toFixed(2));
  const top = Math.min(MOST, Math.max(LEAST, 1.1 * Math.max(...bins)));
  const steps = [...bins].flatMap((value, i) => {
    const left = -RANGE + i * WIDTH;
    return [[left, Math.min(value, MOST)] as const, [left + WIDTH, Math.min(value, MOST)] as const];
  });
  return (
    <article class="card plot">
      <header>
        <h3>{text.title}</h3>
        <span class="value">{numbers}</span>
      </header>
      <Plot
        label={text.label(labelOfPicture(pictureName.value), t.value, numbers)}
        curves={[
          { kind: 'second', points: bell },
          { kind: 'chosen', points: steps },
        ]}
        x={[-RANGE, RANGE]}
        y={[0, top]}
        ticks={[0, 0.25, 0.5, 1].filter((tick) => tick < top)}
        height={150}
      />
      <p>{text.about}</p>
    </article>
  );
}

const signed = (x: number) => (Math.abs(x) < 0.005 ? '0.00' : x.toFixed(2).replace('-', '−'));

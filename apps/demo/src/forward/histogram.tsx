import { useComputed } from '@preact/signals';
import { Letter } from '../ui/formulas';
import { Plot } from '../ui/plot';
import { diffuse } from './diffuse';
import { eps, pictureName, schedule, t, x0 } from './state';

const RANGE = 3.5;
const BINS = 56;
const WIDTH = (2 * RANGE) / BINS;

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
  const numbers = `mean ${signed(mean)}, deviation ${deviation.toFixed(2)}`;
  const steps = [...bins].flatMap((value, i) => {
    const left = -RANGE + i * WIDTH;
    return [[left, Math.min(value, 1.15)] as const, [left + WIDTH, Math.min(value, 1.15)] as const];
  });
  return (
    <article class="card plot">
      <header>
        <h3>All pixels end in the same bell curve</h3>
        <span class="value">{numbers}</span>
      </header>
      <Plot
        label={`How the pixel values of ${pictureName.value} are spread at t = ${t.value}: ${numbers}.`}
        curves={[
          { kind: 'second', points: bell },
          { kind: 'chosen', points: steps },
        ]}
        x={[-RANGE, RANGE]}
        y={[0, 1.15]}
        ticks={[0, 0.5, 1]}
        height={150}
      />
      <p>
        How often each value occurs in <Letter name="x" of="t" />; dashed the standard normal distribution. Whatever the
        picture was, at the end it is this. So a sampler can begin with fresh random numbers and walk the way back.
      </p>
    </article>
  );
}

const signed = (x: number) => (Math.abs(x) < 0.005 ? '0.00' : x.toFixed(2).replace('-', '−'));

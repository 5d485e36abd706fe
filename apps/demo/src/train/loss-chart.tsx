import { useComputed } from '@preact/signals';
import { Plot } from '../ui/plot';
import { train as text } from '../words/train';
import { losses, progress } from './state';

const MOST_POINTS = 400;
/** Of the running mean that the bold line shows. */
const MEMORY = 0.93;

/** The loss of each step, and its running mean. */
export function LossChart() {
  const curves = useComputed(() => {
    const all = losses.value;
    let mean = all[0]?.loss ?? 0;
    const smooth = all.map(({ step, loss }, i) => {
      const memory = Math.min(MEMORY, i / (i + 1));
      mean = memory * mean + (1 - memory) * loss;
      return [step, mean] as const;
    });
    const every = Math.ceil(all.length / MOST_POINTS);
    const thin = <T,>(points: readonly T[]) => points.filter((_, i) => i % every === 0 || i === points.length - 1);
    return { raw: thin(all).map(({ step, loss }) => [step, loss] as const), smooth: thin(smooth), mean };
  });
  const { raw, smooth, mean } = curves.value;
  const first = raw[0];
  const last = raw.at(-1);
  if (!first || !last || raw.length < 2) return null;
  const values = raw.map(([, loss]) => loss);
  const low = Math.max(1e-4, Math.min(...values) * 0.8);
  const high = Math.max(...values, low * 10) * 1.1;
  const ticks = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3].filter((tick) => tick >= low && tick <= high);
  return (
    <div class="plot">
      <Plot
        label={text.chart(progress.value?.step ?? last[0], mean.toFixed(4))}
        curves={[
          { kind: 'raw', points: raw },
          { kind: 'chosen', points: smooth },
        ]}
        x={[first[0], Math.max(last[0], first[0] + 1)]}
        y={[low, high]}
        isLog
        ticks={ticks}
        height={170}
      />
      <p class="hint">{text.chartHint(mean.toFixed(4))}</p>
    </div>
  );
}

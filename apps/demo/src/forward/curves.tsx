import type { Schedule } from '@denoiser/schedules';
import type { ComponentChildren } from 'preact';
import { Slider } from '../ui/fields';
import { alphaBarFormula, betaFormula, posteriorFormula, snrFormula } from '../ui/formulas';
import { type Curve, Plot } from '../ui/plot';
import { fewerSteps, placeOf } from './fewer-steps';
import { noiseSchedule, noiseSchedules, T } from './noise-schedules';
import { isZeroTerminal, STEPS_BACK, schedule, scheduleName, stepsBack, t } from './state';

type Table = (schedule: Schedule) => Float64Array;

/** Of many steps every fourth, and the last ones, where most curves bend. */
const isShown = (i: number, steps: number) => steps < T || i % 4 === 0 || i < 12 || i > T - 12;

function pointsOf(schedule: Schedule, table: Table): (readonly [number, number])[] {
  const { timesteps, steps } = schedule;
  const values = table(schedule);
  return timesteps.flatMap((step, i) => (isShown(i, steps) ? [[step, values[i] as number] as const] : []));
}

const power = (value: number) => {
  const exponent = Math.round(Math.log10(value));
  return exponent === 0
    ? '1'
    : `10${[...String(exponent)].map((c) => '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'['0123456789-'.indexOf(c)]).join('')}`;
};
const short = (value: number) =>
  value === 0 ? '0' : value >= 0.001 && value < 1e4 ? value.toPrecision(3) : value.toExponential(1);

/** β, ᾱ, the posterior's variance and the signal-to-noise ratio of all schedules, the chosen one in front. */
export function Curves() {
  const name = noiseSchedules.find(({ value }) => value === scheduleName.value)?.name;
  const others = noiseSchedules.flatMap(({ value, name }, i) =>
    value === scheduleName.value ? [] : [`${i + 1} ${name}`],
  );
  return (
    <section class="stack" style={{ marginTop: '2.6rem' }} aria-labelledby="curves-title">
      <div class="intro" style={{ marginBottom: 0 }}>
        <h3 id="curves-title">What a schedule decides</h3>
        <div class="prose">
          The bold line is <strong>{name}</strong>, the thin ones are {others.join(', ')}. The dotted line is your t;
          drag it.
        </div>
      </div>
      <div class="plots">
        <OnePlot
          title="ᾱ: what is left of the picture"
          table={({ alphaBars }) => alphaBars}
          y={[0, 1]}
          ticks={[0, 0.25, 0.5, 0.75, 1]}
          formula={alphaBarFormula}
        >
          The share of the variance that still comes from the picture. Where the curve is flat near 0, steps are spent
          on noise that a model can learn little from.
        </OnePlot>
        <OnePlot
          title="SNR: signal against noise"
          table={({ snr }) => snr}
          isLog
          y={[1e-6, 1e5]}
          ticks={[1e-6, 1e-3, 1, 1e3]}
          formula={snrFormula}
        >
          Above 1 you see mostly picture, below 1 mostly noise. In this view schedules differ only in how fast they
          fall; the solvers of the next tab spread their steps along it.
        </OnePlot>
        <OnePlot
          title="β: the noise of one step"
          table={({ betas }) => betas}
          isLog
          y={[1e-5, 1]}
          ticks={[1e-4, 1e-2, 1]}
          formula={betaFormula}
        >
          How much of the variance is replaced by noise between two steps. Everything else follows from this list of
          numbers.
        </OnePlot>
        <OnePlot
          title="β̃: the variance of going back"
          table={({ posteriorVariances }) => posteriorVariances}
          second={({ betas }) => betas}
          steps={stepsBack.value}
          isLog
          y={[1e-5, 1]}
          ticks={[1e-4, 1e-2, 1]}
          formula={posteriorFormula}
          control={
            <Slider
              label="Steps back"
              value={STEPS_BACK.indexOf(stepsBack.value)}
              min={0}
              max={STEPS_BACK.length - 1}
              text={`${stepsBack.value} of ${T}`}
              onInput={(place) => {
                stepsBack.value = STEPS_BACK[place] as number;
              }}
            />
          }
        >
          If the picture were known, a step back would have exactly this spread: less than the β of that step (dashed),
          most of all near t = 0. Over all {T} steps the two are hardly told apart; the fewer and longer the steps, the
          farther β̃ lies below. A sampler may use either; the next tab lets you compare.
        </OnePlot>
      </div>
    </section>
  );
}

function OnePlot({
  title,
  table,
  second,
  steps = T,
  y,
  ticks,
  isLog = false,
  formula,
  control,
  children,
}: {
  title: string;
  table: Table;
  second?: Table;
  /** How many of the schedule's steps are taken. */
  steps?: number;
  y: readonly [number, number];
  ticks: readonly number[];
  isLog?: boolean;
  formula: ComponentChildren;
  control?: ComponentChildren;
  children: ComponentChildren;
}) {
  const chosen = fewerSteps(schedule.value, steps);
  const place = placeOf(chosen.timesteps, t.value);
  const at = chosen.timesteps[place] as number;
  const value = table(chosen)[place] as number;
  const other = second && (second(chosen)[place] as number);
  const curves: Curve[] = noiseSchedules.flatMap((option, i) => {
    if (option.value === scheduleName.value) return [];
    const full = noiseSchedule(option.value, isZeroTerminal.value);
    return { kind: 'other', mark: String(i + 1), points: pointsOf(fewerSteps(full, steps), table) };
  });
  if (second) curves.push({ kind: 'second', points: pointsOf(chosen, second) });
  curves.push({ kind: 'chosen', points: pointsOf(chosen, table) });
  const says = `${short(value)}${other === undefined ? '' : ` (β ${short(other)})`}`;
  return (
    <article class="card plot">
      <header>
        <h4>{title}</h4>
        <span class="value">{says}</span>
      </header>
      <Plot
        label={`${title}. At t = ${at}: ${says}.`}
        curves={curves}
        x={[0, T - 1]}
        y={y}
        isLog={isLog}
        ticks={ticks}
        formatY={isLog ? power : String}
        at={{
          x: at,
          dots: [...(other === undefined ? [] : [{ y: other, isWarm: true }]), { y: value }],
        }}
        onDrag={(x) => {
          t.value = x;
        }}
      />
      {control}
      <p>{children}</p>
      <div class="formula">{formula}</div>
    </article>
  );
}

import type { Schedule } from '@denoiser/schedules';
import type { ComponentChildren } from 'preact';
import { Slider } from '../ui/fields';
import { type Curve, Plot } from '../ui/plot';
import { forward } from '../words/forward';
import { fewerSteps, placeOf } from './fewer-steps';
import { alphaBarFormula, betaFormula, posteriorFormula, snrFormula } from './formulas';
import { noiseSchedule, noiseSchedules, T } from './noise-schedules';
import { isZeroTerminal, STEPS_BACK, schedule, scheduleName, stepsBack, t } from './state';

const text = forward.curves;

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
  const { name } = forward.schedules[scheduleName.value];
  const others = noiseSchedules.flatMap(({ value, name }, i) =>
    value === scheduleName.value ? [] : [`${i + 1} ${name}`],
  );
  return (
    <section class="stack" style={{ marginTop: '2.6rem' }} aria-labelledby="curves-title">
      <div class="intro" style={{ marginBottom: 0 }}>
        <h3 id="curves-title">{text.title}</h3>
        <p class="prose">{text.key(name, others.join(', '))}</p>
      </div>
      <div class="plots">
        <OnePlot
          title={text.alphaBar.title}
          table={({ alphaBars }) => alphaBars}
          y={[0, 1]}
          ticks={[0, 0.25, 0.5, 0.75, 1]}
          formula={alphaBarFormula}
        >
          {text.alphaBar.about}
        </OnePlot>
        <OnePlot
          title={text.snr.title}
          table={({ snr }) => snr}
          isLog
          y={[1e-6, 1e5]}
          ticks={[1e-6, 1e-3, 1, 1e3]}
          formula={snrFormula}
        >
          {text.snr.about}
        </OnePlot>
        <OnePlot
          title={text.beta.title}
          table={({ betas }) => betas}
          isLog
          y={[1e-5, 1]}
          ticks={[1e-4, 1e-2, 1]}
          formula={betaFormula}
        >
          {text.beta.about}
        </OnePlot>
        <OnePlot
          title={text.posterior.title}
          table={({ posteriorVariances }) => posteriorVariances}
          second={({ betas }) => betas}
          steps={stepsBack.value}
          isLog
          y={[1e-5, 1]}
          ticks={[1e-4, 1e-2, 1]}
          formula={posteriorFormula}
          control={
            <Slider
              label={text.steps}
              value={STEPS_BACK.indexOf(stepsBack.value)}
              min={0}
              max={STEPS_BACK.length - 1}
              text={text.stepsText(stepsBack.value, T)}
              onInput={(place) => {
                stepsBack.value = STEPS_BACK[place] as number;
              }}
            />
          }
        >
          {text.posterior.about(T)}
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
  const says = other === undefined ? short(value) : text.beside(short(value), short(other));
  return (
    <article class="card plot">
      <header>
        <h4>{title}</h4>
        <span class="value">{says}</span>
      </header>
      <Plot
        label={text.at(title, at, says)}
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

import type { TrainingEvent } from '@denoiser/backend-web';
import { Notice } from '../ui/notice';
import { Rgba } from '../ui/rgba';
import { train as text } from '../words/train';
import { LossChart } from './loss-chart';
import { LossEquation } from './loss-equation';
import { downloadRun, goOn, pause, sampleFrom, stop } from './session';
import { checkpointAt, failure, progress, run, samples, secondsLeft, session, stage, warnings } from './state';
import { roughly } from './time-left';

const { facts } = text;

/** What goes on: numbers, loss and samples. */
export function Progress() {
  const name = run.value;
  const isRunning = session.value !== undefined;
  if (stage.value === 'idle' && !failure.value) return null;
  return (
    <section class="card" aria-label={text.progress}>
      <h3>
        {text.stages[stage.value] || text.training} {name && <span class="value">{name}</span>}
      </h3>
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      {warnings.value.map(({ kind, message }) => (
        <Notice key={`${kind} ${message}`} kind="warning">
          {message}
        </Notice>
      ))}
      {isRunning && (
        <div class="row">
          {stage.value === 'paused' ? (
            <button type="button" class="primary" onClick={goOn}>
              {text.goOn}
            </button>
          ) : (
            <button type="button" disabled={stage.value !== 'training'} onClick={pause}>
              {text.pause}
            </button>
          )}
          <button type="button" disabled={stage.value === 'stopping'} onClick={stop}>
            {text.stop}
          </button>
        </div>
      )}
      <Numbers />
      <LossChart />
      {samples.value.length > 0 && <Samples />}
      <LossEquation />
      {name && (checkpointAt.value !== undefined || stage.value === 'ended') && (
        <div class="row">
          <button type="button" class={isRunning ? '' : 'primary'} onClick={() => sampleFrom(name)}>
            {text.sampleFrom}
          </button>
          <button type="button" onClick={() => downloadRun(name)}>
            {text.download}
          </button>
        </div>
      )}
    </section>
  );
}

function Numbers() {
  const now = progress.value;
  if (!now) return null;
  const perSecond = now.imagesPerSecond;
  const batch = now.losses.length;
  return (
    <>
      <progress aria-label={text.training} value={now.step} max={now.steps} />
      <dl class="facts">
        {session.value && (
          <Fact
            name={facts.left}
            value={secondsLeft.value === undefined ? facts.unknown : roughly(secondsLeft.value)}
          />
        )}
        <Fact name={facts.step} value={facts.stepOf(now.step, now.steps)} />
        <Fact name={facts.loss} value={now.losses.at(-1)?.loss.toFixed(4) ?? facts.unknown} />
        <Fact name={facts.speed} value={perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)} />
        <Fact
          name={facts.checkpoint}
          value={checkpointAt.value === undefined ? facts.noCheckpoint : facts.checkpointAt(checkpointAt.value)}
        />
      </dl>
      {batch === 0 && <p class="hint">{text.slowStart}</p>}
    </>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const SHOWN = 8;

function Samples() {
  const all = samples.value;
  const latest = all.at(-1) as (typeof all)[number];
  const thinned = all.filter((_, i) => (all.length - 1 - i) % Math.ceil(all.length / SHOWN) === 0);
  return (
    <figure class="field">
      <figcaption class="label">
        {text.samplesAt(latest.step)}
        <span class="value">{text.sameNoise}</span>
      </figcaption>
      <SampleRow event={latest} />
      {thinned.length > 1 && (
        <details>
          <summary>{text.growth}</summary>
          <ol class="history">
            {thinned.map((event) => (
              <li key={event.step}>
                <span class="value">{event.step}</span>
                <SampleRow event={event} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </figure>
  );
}

function SampleRow({ event }: { event: Extract<TrainingEvent, { type: 'samples' }> }) {
  const [height, width] = event.imageShape;
  return (
    <div
      class="samples"
      role="img"
      aria-label={text.samples(event.count, event.step)}
      style={{ '--count': event.count }}
    >
      {Array.from({ length: event.count }, (_, i) => (
        <Rgba key={i} pixels={event.pixels} index={i} height={height} width={width} />
      ))}
    </div>
  );
}

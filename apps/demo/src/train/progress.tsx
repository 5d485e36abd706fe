import type { TrainingEvent } from '@denoiser/backend-web';
import { Notice } from '../ui/notice';
import { Rgba } from '../ui/rgba';
import { LossChart } from './loss-chart';
import { downloadRun, goOn, pause, sampleFrom, stop } from './session';
import { checkpointAt, failure, progress, run, samples, secondsLeft, session, stage, warnings } from './state';
import { roughly } from './time-left';

const STAGES = {
  idle: '',
  preparing: 'Reading the pictures and starting the device …',
  training: 'Training',
  pausing: 'Pausing after this step …',
  paused: 'Paused',
  stopping: 'Stopping after this step, with a checkpoint …',
  ended: 'Ended',
} as const;

/** What goes on: numbers, loss and samples. */
export function Progress() {
  const name = run.value;
  const isRunning = session.value !== undefined;
  if (stage.value === 'idle' && !failure.value) return null;
  return (
    <section class="card" aria-label="Training progress">
      <h3>
        {STAGES[stage.value] || 'Training'} {name && <span class="value">{name}</span>}
      </h3>
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      {warnings.value.map((warning) => (
        <Notice key={warning} kind="warning">
          {warning}
        </Notice>
      ))}
      {isRunning && (
        <div class="row">
          {stage.value === 'paused' ? (
            <button type="button" class="primary" onClick={goOn}>
              Go on
            </button>
          ) : (
            <button type="button" disabled={stage.value !== 'training'} onClick={pause}>
              Pause
            </button>
          )}
          <button type="button" disabled={stage.value === 'stopping'} onClick={stop}>
            Stop
          </button>
        </div>
      )}
      <Numbers />
      <LossChart />
      {samples.value.length > 0 && <Samples />}
      {name && (checkpointAt.value !== undefined || stage.value === 'ended') && (
        <div class="row">
          <button type="button" class={isRunning ? '' : 'primary'} onClick={() => sampleFrom(name)}>
            Use it in Sample
          </button>
          <button type="button" onClick={() => downloadRun(name)}>
            Download safetensors
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
      <progress aria-label="Training" value={now.step} max={now.steps} />
      <dl class="facts">
        {session.value && (
          <Fact name="Time left" value={secondsLeft.value === undefined ? '…' : roughly(secondsLeft.value)} />
        )}
        <Fact name="Step" value={`${now.step} of ${now.steps}`} />
        <Fact name="Loss" value={now.losses.at(-1)?.loss.toFixed(4) ?? '…'} />
        <Fact name="Pictures a second" value={perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)} />
        <Fact
          name="Last checkpoint"
          value={checkpointAt.value === undefined ? 'none yet' : `step ${checkpointAt.value}`}
        />
      </dl>
      {batch === 0 && <p class="hint">The first steps take longest.</p>}
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
        Samples at step {latest.step}
        <span class="value">always the same noise</span>
      </figcaption>
      <SampleRow event={latest} />
      {thinned.length > 1 && (
        <details>
          <summary>How they came to be</summary>
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
      aria-label={`${event.count} pictures drawn at step ${event.step}`}
      style={{ '--count': event.count }}
    >
      {Array.from({ length: event.count }, (_, i) => (
        <Rgba key={i} pixels={event.pixels} index={i} height={height} width={width} />
      ))}
    </div>
  );
}

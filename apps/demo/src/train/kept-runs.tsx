import type { RunInfo } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { NumberField } from '../ui/fields';
import { deleteRun, downloadRun, resumeTraining, sampleFrom } from './session';
import { run, runs, session } from './state';

/** Runs that the browser kept, also over a reload. */
export function KeptRuns() {
  const kept = runs.value?.filter((info) => !(session.value && info.run === run.value)) ?? [];
  if (kept.length === 0) return null;
  return (
    <section class="card kept" aria-labelledby="kept-title">
      <h3 id="kept-title">Kept in this browser</h3>
      <ul class="classes">
        {kept.map((info) => (
          <Kept key={`${info.run} ${info.step} ${info.steps}`} info={info} />
        ))}
      </ul>
    </section>
  );
}

function Kept({ info }: { info: RunInfo }) {
  const { run: name, step, steps, images, imageShape, classNames, bytes, changed } = info;
  const isBusy = session.value !== undefined;
  const isDone = step >= steps;
  const until = useSignal(isDone ? 2 * steps : steps);
  const details = [
    `${images} pictures, ${imageShape[0]}×${imageShape[1]} ${imageShape[2] === 1 ? 'grey' : 'colour'}`,
    classNames.length > 0 ? classNames.join(', ') : 'no classes',
    `${(bytes / 1e6).toFixed(1)} MB`,
    new Date(changed).toLocaleString(),
  ];
  return (
    <li class="class">
      <div>
        <strong>{name}</strong>{' '}
        <span class="value">
          step {step} of {steps}
          {isDone && ', finished'}
        </span>
        <p class="hint">{details.join(' · ')}</p>
      </div>
      <div class="row" style={{ alignItems: 'end' }}>
        {isDone && (
          <div style={{ width: '9rem' }}>
            <NumberField label="Train until step" signal={until} min={steps + 1} max={1000000} />
          </div>
        )}
        <button
          type="button"
          class="primary"
          disabled={isBusy}
          aria-label={`${isDone ? 'Train longer' : 'Resume'} ${name}`}
          onClick={() => resumeTraining(name, until.value)}
        >
          {isDone ? 'Train longer' : 'Resume'}
        </button>
        <button
          type="button"
          disabled={step === 0}
          aria-label={`Use in Sample ${name}`}
          onClick={() => sampleFrom(name)}
        >
          Use in Sample
        </button>
        <button type="button" disabled={step === 0} aria-label={`Download ${name}`} onClick={() => downloadRun(name)}>
          Download
        </button>
        <button
          type="button"
          class="quiet"
          disabled={isBusy}
          aria-label={`Delete ${name}`}
          onClick={() => confirm(`Delete the run “${name}” with its weights and pictures?`) && deleteRun(name)}
        >
          Delete
        </button>
      </div>
    </li>
  );
}

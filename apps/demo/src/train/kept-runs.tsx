import type { RunInfo } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { NumberField } from '../ui/fields';
import { focusHeading } from '../ui/focus';
import { train } from '../words/train';
import { deleteRun, downloadRun, resumeTraining, sampleFrom } from './session';
import { run, runs, session } from './state';

const text = train.kept;

/** Runs that the browser kept, also over a reload. */
export function KeptRuns() {
  const kept = runs.value?.filter((info) => !(session.value && info.run === run.value)) ?? [];
  if (kept.length === 0) return null;
  return (
    <section class="card kept" aria-labelledby="kept-title">
      <h3 id="kept-title">{text.title}</h3>
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
    text.pictures(images, `${imageShape[0]}×${imageShape[1]}`, imageShape[2] === 1),
    classNames.length > 0 ? classNames.join(', ') : text.noClasses,
    text.megabytes(bytes),
    new Date(changed).toLocaleString(),
  ];
  return (
    <li class="class">
      <div>
        <strong>{name}</strong> <span class="value">{text.at(step, steps)}</span>
        <p class="hint">{details.join(' · ')}</p>
      </div>
      <div class="row" style={{ alignItems: 'end' }}>
        {isDone && (
          <div style={{ width: '9rem' }}>
            <NumberField label={text.until} signal={until} min={steps + 1} max={1000000} />
          </div>
        )}
        <button
          type="button"
          class="primary"
          disabled={isBusy}
          aria-label={text.of(isDone ? text.longer : text.resume, name)}
          onClick={() => resumeTraining(name, until.value)}
        >
          {isDone ? text.longer : text.resume}
        </button>
        <button
          type="button"
          disabled={step === 0}
          aria-label={text.of(text.sampleFrom, name)}
          onClick={() => sampleFrom(name)}
        >
          {text.sampleFrom}
        </button>
        <button
          type="button"
          disabled={step === 0}
          aria-label={text.of(text.download, name)}
          onClick={() => downloadRun(name)}
        >
          {text.download}
        </button>
        <button
          type="button"
          class="quiet"
          disabled={isBusy}
          aria-label={text.of(text.delete, name)}
          onClick={async () => {
            if (!confirm(text.sure(name))) return;
            await deleteRun(name);
            focusHeading('kept-title', 'dataset-title');
          }}
        >
          {text.delete}
        </button>
      </div>
    </li>
  );
}

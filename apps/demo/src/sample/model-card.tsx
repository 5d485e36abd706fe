import type { ModelInfo } from '@denoiser/backend-web';
import { createProcess, signalWarning } from '@denoiser/schedules';
import { useSignal } from '@preact/signals';
import { Drop } from '../ui/drop';
import { Choice, NumberField, Select } from '../ui/fields';
import { Notice } from '../ui/notice';
import { sample as text } from '../words/sample';
import { describeModel, lastShipped, loadModel, openDropped, openModel, shipped } from './load';
import { shippedModels } from './shipped-models';
import { loading, model, modelName } from './state';

/** Which network draws, and the way to open another. */
export function ModelCard() {
  const loaded = model.value;
  const isOpening = useSignal(false);
  const open = (opened: Promise<void>) => {
    isOpening.value = false;
    void opened;
  };
  return (
    <section class="card" aria-label={text.model}>
      <div>
        <h3>{loaded?.name ?? text.noModel}</h3>
        <p class="hint" role="status">
          {loaded ? <Facts /> : (loading.value ?? text.notLoaded)}
        </p>
        {loaded?.shipped && <p class="hint">{text.models[loaded.shipped.name].draws}</p>}
      </div>
      {shippedModels.length > 1 && (
        <Choice
          label={text.models.label}
          signal={modelName}
          options={shippedModels.map(({ name }) => ({ value: name, name: text.models[name].title }))}
        />
      )}
      <div class="row">
        <button
          type="button"
          class="small"
          aria-expanded={isOpening.value}
          onClick={() => {
            isOpening.value = !isOpening.value;
          }}
        >
          {text.anotherModel}
        </button>
        {loaded && !loaded.shipped && (
          <button type="button" class="small quiet" onClick={() => loadModel(shipped(lastShipped()))}>
            {text.models[lastShipped().name].back}
          </button>
        )}
      </div>
      {isOpening.value && (
        <Drop
          button={text.openFile}
          accept=".safetensors,.pt,.pth,.ckpt,.bin,.json"
          multiple
          onFiles={(files) => open(openModel(files))}
          onTransfer={(transfer) => open(openDropped(transfer))}
        >
          {text.openHint}
        </Drop>
      )}
      {loaded && !loaded.shipped && <Description />}
      {loaded && <SignalWarning process={loaded.info.process} />}
    </section>
  );
}

/** Says where sampling begins elsewhere than training ended. */
function SignalWarning({ process }: Pick<ModelInfo, 'process'>) {
  const warning = signalWarning(createProcess(process));
  return warning ? <Notice kind="warning">{warning}</Notice> : null;
}

function Facts() {
  const info = model.value?.info;
  if (!info) return null;
  const [height, width, channels] = info.imageShape;
  const classes = info.classNames.length;
  const parameters = new Intl.NumberFormat('en').format(info.parameterCount);
  return <>{text.facts(`${height}×${width}`, channels === 1, classes, parameters, scheduleOf(info))}</>;
}

const SCHEDULES = ['linear', 'scaled-linear', 'cosine', 'sigmoid-beta', 'sigmoid-alpha-bar', 'angle'] as const;
type ScheduleName = (typeof SCHEDULES)[number];
const PREDICTIONS = ['epsilon', 'x0', 'v'] as const;

/** A schedule of the menu; others are shown as they are called. */
const scheduleOf = ({ process }: ModelInfo): ScheduleName =>
  (('type' in process ? process.type : process.kind) ?? 'linear') as ScheduleName;

/** A file of the original's layout does not say how it was trained; the user may. */
function Description() {
  const info = model.value?.info;
  if (!info) return null;
  return (
    <details>
      <summary>{text.trained.title}</summary>
      <div class="stack">
        <p class="hint">{text.trained.about}</p>
        <Select
          label={text.trained.schedule}
          value={scheduleOf(info)}
          options={SCHEDULES.map((value) => ({ value, name: value }))}
          onInput={(type) => describeModel({ process: { type, steps: 1000 } })}
        />
        <Select
          label={text.trained.prediction}
          value={info.prediction as 'epsilon' | 'x0' | 'v'}
          options={PREDICTIONS.map((value) => ({ value, name: text.trained.predictions[value] }))}
          onInput={(prediction) => describeModel({ prediction })}
        />
        <NumberField
          label={text.trained.size}
          value={info.imageShape[0]}
          min={8}
          max={256}
          onInput={(size) => describeModel({ imageSize: Math.round(size / 8) * 8 })}
        />
      </div>
    </details>
  );
}

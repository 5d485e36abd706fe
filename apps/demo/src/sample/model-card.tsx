import type { ModelInfo } from '@denoiser/backend-web';
import { createProcess, signalWarning } from '@denoiser/schedules';
import { useSignal } from '@preact/signals';
import { Drop } from '../ui/drop';
import { Choice, NumberField, Select } from '../ui/fields';
import { Notice } from '../ui/notice';
import { words } from '../words';
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
    <section class="card" aria-label="Model">
      <div>
        <h3>{loaded?.name ?? 'The model'}</h3>
        <p class="hint" role="status">
          {loaded ? <Facts /> : (loading.value ?? 'No model is loaded.')}
        </p>
        {loaded?.shipped && <p class="hint">Draws {loaded.shipped.draws}</p>}
      </div>
      {shippedModels.length > 1 && (
        <Choice
          label={words.sample.models}
          signal={modelName}
          options={shippedModels.map(({ name, title }) => ({ value: name, name: title }))}
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
          Another model
        </button>
        {loaded && !loaded.shipped && (
          <button type="button" class="small quiet" onClick={() => loadModel(shipped(lastShipped()))}>
            {lastShipped().back}
          </button>
        )}
      </div>
      {isOpening.value && (
        <Drop
          button="Open a model file…"
          accept=".safetensors,.pt,.pth,.ckpt,.bin,.json"
          multiple
          onFiles={(files) => open(openModel(files))}
          onTransfer={(transfer) => open(openDropped(transfer))}
        >
          a .safetensors file of the command or of the next tab, a .pt or .ckpt of PyTorch, or a folder of diffusers; it
          stays on this device
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
  const parts = [
    `${height}×${width} ${channels === 1 ? 'grey' : 'colour'}`,
    classes > 0 ? `${classes} ${classes === 1 ? 'class' : 'classes'}` : 'no classes',
    `${new Intl.NumberFormat('en').format(info.parameterCount)} parameters`,
    `schedule ${scheduleOf(info)}`,
  ];
  return <>{parts.join(', ')}</>;
}

const SCHEDULES = ['linear', 'scaled-linear', 'cosine', 'sigmoid-beta', 'sigmoid-alpha-bar', 'angle'] as const;
type ScheduleName = (typeof SCHEDULES)[number];

/** A schedule of the menu; others are shown as they are called. */
const scheduleOf = ({ process }: ModelInfo): ScheduleName =>
  (('type' in process ? process.type : process.kind) ?? 'linear') as ScheduleName;

/** A file of the original's layout does not say how it was trained; the user may. */
function Description() {
  const info = model.value?.info;
  if (!info) return null;
  return (
    <details>
      <summary>How it was trained</summary>
      <div class="stack">
        <p class="hint">Read from the file where it says so. If pictures come out as noise, set what you know.</p>
        <Select
          label="Trained schedule"
          value={scheduleOf(info)}
          options={SCHEDULES.map((value) => ({ value, name: value }))}
          onInput={(type) => describeModel({ process: { type, steps: 1000 } })}
        />
        <Select
          label="The network predicts"
          value={info.prediction as 'epsilon' | 'x0' | 'v'}
          options={[
            { value: 'epsilon', name: 'ε, the noise' },
            { value: 'x0', name: 'x₀, the picture' },
            { value: 'v', name: 'v, a mix of both' },
          ]}
          onInput={(prediction) => describeModel({ prediction })}
        />
        <NumberField
          label="Picture size"
          value={info.imageShape[0]}
          min={8}
          max={256}
          onInput={(size) => describeModel({ imageSize: Math.round(size / 8) * 8 })}
        />
      </div>
    </details>
  );
}

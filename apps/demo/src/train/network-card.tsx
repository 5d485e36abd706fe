import { TRAINING_OPTIONS } from '@denoiser/trainer/options';
import { Check, Choice, NumberField, Select, TextField } from '../ui/fields';
import { classes, entries } from './dataset';
import { OptionFields } from './option-fields';
import { startTraining } from './session';
import {
  batchSize,
  colours,
  learningRate,
  pausesHidden,
  prediction,
  runName,
  runs,
  size,
  stage,
  steps,
  width,
} from './state';

const LEAST = 4;

/** What fits a page; the least is the trainer's. */
const BATCHES = { min: Number(TRAINING_OPTIONS.batchSize.schema.minimum), max: 128 };

/** What network, how long, and the button that begins. */
export function NetworkCard() {
  const isFree = stage.value === 'idle' || stage.value === 'ended';
  const count = entries.value.length;
  const named = classes.value.filter(({ name }) => name !== '').length;
  const replaces = runs.value?.some(({ run }) => run === runName.value.trim());
  return (
    <form
      class="card"
      aria-label="Network and training"
      onSubmit={(event) => {
        event.preventDefault();
        void startTraining();
      }}
    >
      <h3>Network</h3>
      <div class="between">
        <Choice
          label="Picture size"
          disabled={!isFree}
          signal={size}
          options={[
            { value: '16', name: '16×16' },
            { value: '32', name: '32×32' },
          ]}
        />
        <Choice
          label="Colours"
          disabled={!isFree}
          signal={colours}
          options={[
            { value: 'colour', name: 'Colour' },
            { value: 'grey', name: 'Grey' },
          ]}
        />
        <NumberField label="Training steps" disabled={!isFree} signal={steps} min={10} max={100000} />
      </div>
      <details>
        <summary>More settings</summary>
        <div class="stack">
          <Choice
            label="Width"
            hint="Channels of the first layer. Twice as wide is about four times the work, and four times the file."
            disabled={!isFree}
            signal={width}
            options={[
              { value: '8', name: '8, quick' },
              { value: '16', name: '16' },
              { value: '32', name: '32, slow' },
            ]}
          />
          <Choice
            label="The network learns to say"
            hint="The picture is the quickest way to clean shapes; the noise is what the first papers chose, and needs longer; the mix, of the other tab's digits, lies between."
            disabled={!isFree}
            signal={prediction}
            options={[
              { value: 'x0', name: 'the picture, x₀' },
              { value: 'epsilon', name: 'the noise, ε' },
              { value: 'v', name: 'a mix, v' },
            ]}
          />
          <div class="between">
            <NumberField label="Batch size" disabled={!isFree} signal={batchSize} {...BATCHES} />
            <Select
              label="Learning rate"
              disabled={!isFree}
              signal={learningRate}
              options={[
                { value: '0.0005', name: '0.0005, careful' },
                { value: '0.001', name: '0.001' },
                { value: '0.002', name: '0.002, quick' },
              ]}
            />
            <TextField label="Name of the run" disabled={!isFree} signal={runName} />
          </div>
          <details>
            <summary>Further options of training</summary>
            <div class="pairs">
              <OptionFields disabled={!isFree} />
            </div>
          </details>
          <Check
            label="Pause while this tab is hidden"
            hint="Saves power; otherwise it goes on in the background."
            signal={pausesHidden}
          />
        </div>
      </details>
      <div class="row">
        <button type="submit" class="primary" disabled={!isFree || count < LEAST}>
          Start training
        </button>
        <p class="hint">{startHint(count, named, Boolean(replaces))}</p>
      </div>
    </form>
  );
}

function startHint(count: number, named: number, replaces: boolean): string {
  if (count === 0) return 'Add pictures first.';
  if (count < LEAST) return `${LEAST} pictures are the least.`;
  const of = named > 0 ? ` of ${named} ${named === 1 ? 'class' : 'classes'}` : '';
  return `${count} pictures${of}.${replaces ? ' This replaces the kept run of the same name.' : ''}`;
}

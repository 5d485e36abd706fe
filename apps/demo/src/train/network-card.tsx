import { TRAINING_OPTIONS } from '@denoiser/trainer/options';
import { Check, Choice, NumberField, type Option, Select, TextField } from '../ui/fields';
import { train as text } from '../words/train';
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
      aria-label={text.form}
      onSubmit={(event) => {
        event.preventDefault();
        void startTraining();
      }}
    >
      <h3>{text.network}</h3>
      <div class="between">
        <Choice label={text.size} disabled={!isFree} signal={size} options={optionsOf(text.sizes)} />
        <Choice label={text.colours} disabled={!isFree} signal={colours} options={optionsOf(text.colourKinds)} />
        <NumberField label={text.steps} disabled={!isFree} signal={steps} min={10} max={100000} />
      </div>
      <details>
        <summary>{text.moreSettings}</summary>
        <div class="stack">
          <Choice
            label={text.width}
            hint={text.widthHint}
            disabled={!isFree}
            signal={width}
            options={optionsOf(text.widths)}
          />
          <Choice
            label={text.prediction}
            hint={text.predictionHint}
            disabled={!isFree}
            signal={prediction}
            options={optionsOf(text.predictions)}
          />
          <div class="between">
            <NumberField label={text.batchSize} disabled={!isFree} signal={batchSize} {...BATCHES} />
            <Select
              label={text.learningRate}
              disabled={!isFree}
              signal={learningRate}
              options={optionsOf(text.learningRates)}
            />
            <TextField label={text.name} disabled={!isFree} signal={runName} />
          </div>
          <details>
            <summary>{text.furtherOptions}</summary>
            <div class="pairs">
              <OptionFields disabled={!isFree} />
            </div>
          </details>
          <Check label={text.pauseHidden} hint={text.pauseHiddenHint} signal={pausesHidden} />
        </div>
      </details>
      <div class="row">
        <button type="submit" class="primary" disabled={!isFree || count < LEAST}>
          {text.start}
        </button>
        <p class="hint">{startHint(count, named, Boolean(replaces))}</p>
      </div>
    </form>
  );
}

function startHint(count: number, named: number, replaces: boolean): string {
  if (count === 0) return text.noPictures;
  return count < LEAST ? text.fewPictures(LEAST) : text.readyToStart(count, named, replaces);
}

/** The options of a field, from what they are called. */
const optionsOf = <T extends string>(names: Readonly<Record<T, string>>): Option<T>[] =>
  (Object.keys(names) as T[]).map((value) => ({ value, name: names[value] }));

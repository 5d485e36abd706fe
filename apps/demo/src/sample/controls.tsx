import { useRef } from 'preact/hooks';
import { Choice, NumberField, Select, Slider, TextField } from '../ui/fields';
import { page } from '../words/page';
import { sample as text } from '../words/sample';
import { drawAnew, drawPictures } from './draw';
import { samplerMenu, trainedSteps } from './samplers';
import {
  busy,
  canSpell,
  chosenClass,
  classNames,
  count,
  guidance,
  LONGEST,
  letters,
  model,
  sampler,
  seed,
  steps,
  variance,
  word,
} from './state';

/** All that decides which pictures come out. */
export function Controls() {
  const about = samplerMenu.find(({ value }) => value === sampler.value)?.about;
  const isDrawing = busy.value?.what === 'pictures';
  const noiseSteps = trainedSteps(model.value?.info.process);
  return (
    <form
      class="card"
      aria-label={text.controls}
      onSubmit={(event) => {
        event.preventDefault();
        if (isDrawing) busy.value?.stop();
        else void drawPictures();
      }}
    >
      {/* One button for both, which keeps the focus, and which stays in sight on small screens while pictures come. */}
      <div class={`row draw${isDrawing ? ' now' : ''}`}>
        <button
          type="submit"
          class="primary"
          formNoValidate={isDrawing}
          disabled={busy.value !== undefined && !isDrawing}
          style={{ flex: 1 }}
        >
          {isDrawing ? page.stop : text.draw}
        </button>
      </div>
      {canSpell.value ? <Word /> : classNames.value.length > 0 && <ClassMenu />}
      <div class="row" style={{ flexWrap: 'nowrap', alignItems: 'end' }}>
        <div style={{ flex: 1 }}>
          <NumberField label={text.seed} signal={seed} min={0} max={2 ** 31} />
        </div>
        <button
          type="button"
          onClick={() => {
            seed.value = Math.floor(Math.random() * 100000);
            void drawAnew();
          }}
        >
          {canSpell.value ? text.newStyle : text.newSeed}
        </button>
      </div>
      {!canSpell.value && <Slider label={text.count} signal={count} min={1} max={20} />}
      <Select label={text.solver} hint={about} signal={sampler} options={samplerMenu} />
      <NumberField label={text.steps} hint={text.stepsHint(noiseSteps)} signal={steps} min={1} max={noiseSteps} />
      {sampler.value === 'ddpm' && <VarianceMenu />}
      {classNames.value.length > 0 && (
        <Slider
          label={text.guidance}
          hint={text.guidanceHint}
          signal={guidance}
          min={1}
          max={8}
          step={0.5}
          disabled={!canSpell.value && chosenClass.value === 'none'}
        />
      )}
    </form>
  );
}

/** Milliseconds after the last letter. */
const TYPED = 350;

/** A word, which is drawn while it is typed. */
function Word() {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return (
    <TextField
      label={text.word}
      hint={letters.value.length > 0 ? text.wordHint : text.noLetters}
      value={word.value}
      maxLength={LONGEST}
      onInput={(next) => {
        word.value = next;
        clearTimeout(timer.current);
        timer.current = setTimeout(drawAnew, TYPED);
      }}
    />
  );
}

export function ClassMenu() {
  const classes = classNames.value.map((name, i) => ({ value: String(i), name }));
  const options = [{ value: 'each', name: text.eachInTurn }, ...classes, { value: 'none', name: text.noClassChoice }];
  const props = {
    label: text.class,
    value: chosenClass.value,
    options,
    onInput: (next: string) => {
      chosenClass.value = next;
    },
  };
  return classes.length > 12 ? <Select {...props} /> : <Choice {...props} />;
}

function VarianceMenu() {
  return (
    <Choice
      label={text.variance}
      hint={text.varianceHint[variance.value]}
      signal={variance}
      options={[
        { value: 'posterior', name: text.variances.posterior },
        { value: 'beta', name: text.variances.beta },
      ]}
    />
  );
}

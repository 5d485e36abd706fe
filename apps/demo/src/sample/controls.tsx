import { useRef } from 'preact/hooks';
import { Choice, NumberField, Select, Slider, TextField } from '../ui/fields';
import { words } from '../words';
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
      aria-label="Sampling"
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
          {isDrawing ? 'Stop' : 'Draw pictures'}
        </button>
      </div>
      {canSpell.value ? <Word /> : classNames.value.length > 0 && <ClassMenu />}
      <div class="row" style={{ flexWrap: 'nowrap', alignItems: 'end' }}>
        <div style={{ flex: 1 }}>
          <NumberField label="Seed" signal={seed} min={0} max={2 ** 31} />
        </div>
        <button
          type="button"
          onClick={() => {
            seed.value = Math.floor(Math.random() * 100000);
            void drawAnew();
          }}
        >
          {canSpell.value ? words.sample.newStyle : words.sample.newSeed}
        </button>
      </div>
      {!canSpell.value && <Slider label="How many" signal={count} min={1} max={20} />}
      <Select label="Solver" hint={about} signal={sampler} options={samplerMenu} />
      <NumberField
        label="Steps"
        hint={`Of ${noiseSteps} that the network was trained on. More are slower and, up to a point, better.`}
        signal={steps}
        min={1}
        max={noiseSteps}
      />
      {sampler.value === 'ddpm' && <VarianceMenu />}
      {classNames.value.length > 0 && (
        <Slider
          label="Guidance"
          hint="Asks twice, with the class and without, and goes further in the direction of the difference. 1: no guidance. High: clear, and all alike."
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
      label={words.sample.word}
      hint={letters.value.length > 0 ? words.sample.wordHint : words.sample.noLetters}
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
  const options = [{ value: 'each', name: 'Each in turn' }, ...classes, { value: 'none', name: 'No class' }];
  const props = {
    label: 'Class',
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
      label="Noise of a step"
      hint={
        variance.value === 'posterior'
          ? 'β̃, the variance that a step back has when the picture is known: less noise, clean with few steps.'
          : 'β, as much as the step forward added: right when all steps are taken. With few steps grains are left over; try 20 and compare.'
      }
      signal={variance}
      options={[
        { value: 'posterior', name: 'β̃, posterior' },
        { value: 'beta', name: 'β' },
      ]}
    />
  );
}

import { useEffect, useRef } from 'preact/hooks';
import { noiseSchedules } from '../forward/noise-schedules';
import { Brush } from '../ui/brush';
import { Check, Choice, NumberField, Select, Slider, TextField } from '../ui/fields';
import { plane as text } from '../words/plane';
import { pointsOfDrawing } from './ink';
import { replay } from './play';
import { drawn, hasArrows, hasPaths, LONGEST, REACH, SETS, scheduleName, seed, setName, steps, word } from './state';

const PAD = 192;
const PEN = 7;
/** Numbers of steps worth trying, from a single one to all. */
export const STEP_COUNTS = [1, 2, 3, 5, 10, 20, 50, 100, 250, 1000];

export function Controls() {
  return (
    <form class="card controls" aria-label={text.controls} onSubmit={(event) => event.preventDefault()}>
      <Choice
        label={text.set}
        value={setName.value}
        options={SETS.map((value) => ({ value, name: text.sets[value] }))}
        onInput={(next) => {
          setName.value = next;
          replay();
        }}
      />
      {setName.value === 'text' && (
        <TextField
          label={text.word}
          hint={text.wordHint}
          value={word.value}
          maxLength={LONGEST}
          onInput={(next) => {
            word.value = next;
            replay();
          }}
        />
      )}
      {setName.value === 'drawing' && <Pad />}
      <Slider
        label={text.steps}
        hint={text.stepsHint}
        value={nearestCount(steps.value)}
        min={0}
        max={STEP_COUNTS.length - 1}
        text={String(steps.value)}
        onInput={(place) => {
          steps.value = STEP_COUNTS[place] as number;
        }}
      />
      <Select label={text.schedule} signal={scheduleName} options={noiseSchedules} />
      <div class="row" style={{ flexWrap: 'nowrap', alignItems: 'end' }}>
        <div style={{ flex: 1 }}>
          <NumberField label={text.seed} signal={seed} min={0} max={999999} />
        </div>
        <button
          type="button"
          onClick={() => {
            seed.value = Math.floor(Math.random() * 100000);
            replay();
          }}
        >
          {text.newNoise}
        </button>
      </div>
      <Check label={text.arrows} hint={text.arrowsHint} signal={hasArrows} />
      <Check label={text.paths} hint={text.pathsHint} signal={hasPaths} />
    </form>
  );
}

/** The place of the number of steps on the slider that is nearest: an address may have named another. */
const nearestCount = (count: number) =>
  STEP_COUNTS.reduce(
    (best, other, i) => (Math.abs(other - count) < Math.abs((STEP_COUNTS[best] as number) - count) ? i : best),
    0,
  );

function Pad() {
  const canvas = useRef<HTMLCanvasElement>(null);
  // It is read after every stroke, so it had better lie where that is quick.
  const context = () => canvas.current?.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  useEffect(() => {
    // What was drawn before is there again.
    context().fillStyle = INK;
    for (let i = 0; i < drawn.value.length; i += 2) {
      const x = (((drawn.value[i] as number) / REACH + 1) / 2) * PAD;
      const y = ((1 - (drawn.value[i + 1] as number) / REACH) / 2) * PAD;
      context().fillRect(x - 3, y - 3, 6, 6);
    }
  }, []);
  return (
    <div class="field">
      <div class="paint pad">
        <Brush
          label={text.pad}
          canvas={canvas}
          side={PAD}
          radius={PEN}
          colour={INK}
          onPaint={() => {
            drawn.value = pointsOfDrawing(context(), REACH);
            replay();
          }}
        />
      </div>
      <p class="hint">{text.padHint}</p>
      <div class="row">
        <button
          type="button"
          class="small"
          onClick={() => {
            context().clearRect(0, 0, PAD, PAD);
            drawn.value = new Float64Array(0);
          }}
        >
          {text.clear}
        </button>
      </div>
    </div>
  );
}

/** Seen by day and by night. */
const INK = '#7c86e0';

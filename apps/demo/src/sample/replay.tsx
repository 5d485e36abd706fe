import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { savePicture } from '../save/save-picture';
import { Slider } from '../ui/fields';
import { Letter, xHat0 } from '../ui/formulas';
import { Rgba } from '../ui/rgba';
import { words } from '../words';
import { ReverseEquation } from './reverse-equation';
import { SaveAnimation } from './save-animation';
import { busy, type Drawing, drawing, type Frame, model, selected } from './state';

/** One picture's way, forth and back. */
export function Replay() {
  const drawn = drawing.value as Drawing;
  const at = useSignal<number | undefined>(undefined); // undefined: the end, also while more comes
  const isPlaying = useSignal(false);
  useEffect(() => {
    at.value = undefined;
    isPlaying.value = false;
  }, [drawn.captions]); // of another drawing
  const last = drawn.frames.length - 1;
  const position = Math.min(at.value ?? last, last);
  const frame = drawn.frames[position] as Frame;
  const index = selected.value;
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setInterval(
      () => {
        const next = (at.value ?? last) + 1;
        at.value = Math.min(next, last);
        if (next >= last) isPlaying.value = false;
      },
      Math.min(120, Math.max(30, 4000 / (last + 1))),
    );
    return () => clearInterval(timer);
  }, [isPlaying.value, last]);
  const { height, width } = drawn;
  const name = `Picture ${index + 1} (${drawn.captions[index]})`;
  const step = `${frame.index + 1} of ${frame.total}, t = ${Math.round(frame.time)}`;
  return (
    <section class="card" aria-labelledby="replay-title">
      <h3 id="replay-title">{name}, step by step</h3>
      <div class="replay">
        <figure>
          <Rgba
            pixels={frame.x}
            index={index}
            height={height}
            width={width}
            label={`${name} as it is at step ${step}`}
          />
          <figcaption>
            <Letter name="x" of="t" />
          </figcaption>
        </figure>
        <figure>
          <Rgba
            pixels={frame.x0}
            index={index}
            height={height}
            width={width}
            label={`What the network believes at step ${step}`}
          />
          <figcaption>{xHat0}</figcaption>
        </figure>
      </div>
      <div class="time">
        <button
          type="button"
          onClick={() => {
            if (!isPlaying.value && position === last) at.value = 0;
            isPlaying.value = !isPlaying.value;
          }}
        >
          {isPlaying.value ? 'Stop replay' : 'Replay'}
        </button>
        <Slider
          label="Replay step"
          value={position}
          min={0}
          max={Math.max(1, last)}
          text={step}
          onInput={(next) => {
            isPlaying.value = false;
            at.value = next >= last ? undefined : next;
          }}
        />
      </div>
      <div class="stack equation-of-step">
        <h4>{words.sample.reverse.title}</h4>
        {model.value && <ReverseEquation drawing={drawn} position={position} index={index} />}
      </div>
      <div class="row">
        <button
          type="button"
          class="small"
          onClick={() => savePicture(drawn, frame.x, `picture-${index + 1}.png`, 1, [index])}
        >
          Save picture as PNG
        </button>
        <SaveAnimation
          name="Save picture as animation"
          drawing={drawn}
          columns={1}
          only={index}
          file={`picture-${index + 1}.gif`}
          disabled={busy.value !== undefined}
        />
      </div>
    </section>
  );
}

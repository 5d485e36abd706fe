import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { savePicture } from '../save/save-picture';
import { Slider } from '../ui/fields';
import { Letter, xHat0 } from '../ui/math';
import { Rgba } from '../ui/rgba';
import { sample } from '../words/sample';
import { ReverseEquation } from './reverse-equation';
import { SaveAnimation } from './save-animation';
import { busy, type Drawing, drawing, type Frame, model, selected } from './state';

const text = sample.replay;

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
  const name = text.picture(index + 1, drawn.captions[index] as string);
  const step = text.step(frame.index + 1, frame.total, Math.round(frame.time));
  return (
    <section class="card" aria-labelledby="replay-title">
      <h3 id="replay-title">{text.title(name)}</h3>
      <div class="replay">
        <figure>
          <Rgba pixels={frame.x} index={index} height={height} width={width} label={text.at(name, step)} />
          <figcaption>
            <Letter name="x" of="t" />
          </figcaption>
        </figure>
        <figure>
          <Rgba pixels={frame.x0} index={index} height={height} width={width} label={text.guess(step)} />
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
          {isPlaying.value ? text.stop : text.play}
        </button>
        <Slider
          label={text.slider}
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
        <h4>{sample.reverse.title}</h4>
        {model.value && <ReverseEquation drawing={drawn} position={position} index={index} />}
      </div>
      <div class="row">
        <button
          type="button"
          class="small"
          onClick={() => savePicture(drawn, frame.x, `picture-${index + 1}.png`, 1, [index])}
        >
          {sample.savePicture}
        </button>
        <SaveAnimation
          name={sample.animatePicture}
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

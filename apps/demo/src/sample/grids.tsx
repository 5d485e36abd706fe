import { useEffect, useRef } from 'preact/hooks';
import { savePicture } from '../save/save-picture';
import { Notice } from '../ui/notice';
import { Rgba } from '../ui/rgba';
import { sample as text } from '../words/sample';
import { tookInWords } from './draw';
import { wayOn } from './load';
import { SaveAnimation } from './save-animation';
import { busy, count, type Drawing, drawing, type Frame, failure, loading, model, selected } from './state';

const columnsFor = (n: number, isWord = false) => (isWord || n <= 4 ? n : n <= 8 ? 4 : 5);

/** What the sampler holds and what the network believes, while it happens. */
export function Grids() {
  const drawn = drawing.value;
  const frame = drawn?.frames.at(-1);
  const section = useRef<HTMLElement>(null);
  const isDrawing = busy.value?.what === 'pictures';
  useEffect(() => {
    // Below the controls on small screens.
    const top = section.current?.getBoundingClientRect().top ?? 0;
    if (isDrawing && top > 0.7 * innerHeight) section.current?.scrollIntoView();
  }, [isDrawing]);
  return (
    <section class="card" aria-label={text.pictures} ref={section}>
      {failure.value && (
        <Notice kind="error" {...(!model.value && { action: wayOn() })}>
          {failure.value}
        </Notice>
      )}
      <Progress frame={frame} />
      <div class={drawn?.isWord ? 'pair word' : 'pair'}>
        <figure>
          <figcaption>{text.holds}</figcaption>
          <Grid drawn={drawn} frame={frame} shows="x" />
        </figure>
        <figure>
          <figcaption>{text.believes}</figcaption>
          <Grid drawn={drawn} frame={frame} shows="x0" />
        </figure>
      </div>
      {drawn?.seconds !== undefined && frame && <p class="took">{tookInWords(drawn, frame.total)}</p>}
      {drawn && frame && (
        <div class="row">
          <button
            type="button"
            class="small"
            onClick={() => savePicture(drawn, frame.x, 'pictures.png', columnsFor(drawn.captions.length, drawn.isWord))}
          >
            {text.saveAll}
          </button>
          <SaveAnimation
            name={text.animateAll}
            drawing={drawn}
            columns={columnsFor(drawn.captions.length, drawn.isWord)}
            file="pictures.gif"
            disabled={busy.value !== undefined}
          />
        </div>
      )}
    </section>
  );
}

function Progress({ frame }: { frame: Frame | undefined }) {
  const isDrawing = busy.value?.what === 'pictures';
  if (!model.value) return <p class="hint">{loading.value ?? text.noPicturesYet}</p>;
  if (!frame) return <p class="hint">{isDrawing ? text.firstStep : text.pressDraw}</p>;
  const [step, all] = [frame.index + 1, frame.total];
  return (
    <div class="field">
      <p class="hint">{isDrawing ? text.stepAt(step, all, Math.round(frame.time)) : text.doneSteps(step, all)}</p>
      {isDrawing && <progress aria-label={text.progress} value={step} max={all} />}
    </div>
  );
}

function Grid({ drawn, frame, shows }: { drawn: Drawing | undefined; frame: Frame | undefined; shows: 'x' | 'x0' }) {
  const style = { '--across': columnsFor(drawn?.captions.length ?? count.value, drawn?.isWord) };
  if (!drawn || !frame) {
    return (
      <div class="pictures" style={style} aria-hidden="true">
        {Array.from({ length: drawn?.captions.length ?? count.value }, (_, i) => (
          <div key={i} class="empty" />
        ))}
      </div>
    );
  }
  const { height, width } = drawn;
  return (
    <div class="pictures" style={style}>
      {drawn.captions.map((caption, i) => {
        const size = { pixels: frame[shows], index: i, height, width };
        return (
          <button
            key={i}
            type="button"
            aria-label={shows === 'x' ? text.pictureSoFar(i + 1, caption) : text.pictureName(i + 1, caption)}
            aria-pressed={selected.value === i}
            tabIndex={shows === 'x' ? -1 : 0}
            onClick={() => {
              selected.value = i;
            }}
          >
            <Rgba {...size} />
          </button>
        );
      })}
    </div>
  );
}

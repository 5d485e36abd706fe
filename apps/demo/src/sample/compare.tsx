import { samplers } from '@denoiser/samplers/arrays';
import { signal } from '@preact/signals';
import { Rgba } from '../ui/rgba';
import { sample } from '../words/sample';
import type { Made } from './code';
import { tookInWords } from './draw';
import { type Drawing, drawing, type Frame } from './state';

const text = sample.compare;

/** A drawing that was put aside. */
const kept = signal<Drawing | undefined>(undefined);

/** Two drawings side by side: one that was put aside, and the one that is made now. */
export function Compare() {
  const now = drawing.value as Drawing;
  const other = kept.value;
  const isAnother = other !== undefined && other.captions !== now.captions;
  return (
    <section class="card" aria-labelledby="compare-title">
      <h3 id="compare-title">{text.title}</h3>
      <p class="hint">{isAnother ? text.same : text.how}</p>
      {isAnother && (
        <div class="pair">
          <Side drawn={other} name={text.kept} />
          <Side drawn={now} name={text.now} />
        </div>
      )}
      <div class="row">
        <button
          type="button"
          class="small"
          disabled={now.seconds === undefined}
          onClick={() => {
            kept.value = now;
          }}
        >
          {text.keep}
        </button>
        {other && (
          <button
            type="button"
            class="small quiet"
            onClick={() => {
              kept.value = undefined;
            }}
          >
            {text.forget}
          </button>
        )}
      </div>
    </section>
  );
}

function Side({ drawn, name }: { drawn: Drawing; name: string }) {
  const { height, width, made, captions, isWord, seconds } = drawn;
  const frame = drawn.frames.at(-1) as Frame;
  return (
    <figure>
      <figcaption>
        <strong>{name}</strong>: {settingsOf(made)}
        {seconds !== undefined && <> ({tookInWords(drawn, frame.total)})</>}
      </figcaption>
      <div class="pictures" style={{ '--across': isWord ? captions.length : Math.min(5, captions.length) }}>
        {captions.map((caption, i) => (
          <Rgba key={i} pixels={frame.x} index={i} height={height} width={width} label={text.one(name, caption)} />
        ))}
      </div>
    </figure>
  );
}

const [BETA, POSTERIOR] = ['β', 'β̃'];

const settingsOf = ({ sampler, what, guidance, seed }: Made) =>
  [
    samplers[sampler.sampler ?? '']?.title,
    ...(sampler.variance ? [sampler.variance === 'beta' ? BETA : POSTERIOR] : []),
    ...(what === undefined || what === 'none' ? [] : [text.guidance(guidance)]),
    text.seed(seed),
  ].join(', ');

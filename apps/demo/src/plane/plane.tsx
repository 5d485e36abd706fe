import { batch, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { T } from '../forward/noise-schedules';
import { tab } from '../tab';
import { Slider } from '../ui/fields';
import { NextTab } from '../ui/next-tab';
import { Notice } from '../ui/notice';
import { page } from '../words/page';
import { plane as text } from '../words/plane';
import { Controls } from './controls';
import { posteriorMeanFormula, scoreFormula, weightsFormula } from './formulas';
import { Panel } from './panel';
import { replay, SECONDS } from './play';
import { data, isPlaying, runs, solvers, steps, t } from './state';

/** Tab 4: diffusion on a plane, with the exact denoiser of a few points. */
export function Plane() {
  useEffect(replay, []);
  return (
    <>
      <header class="intro">
        <h2>{text.title}</h2>
        <p>{text.intro}</p>
      </header>
      <div class="with-controls after">
        <div class="stack">
          <div class="card">
            {data.value.length === 0 && <Notice>{text.noPoints}</Notice>}
            <Time />
            <div class="planes">
              <Panel which={0} />
              <Panel which={1} />
            </div>
            <p class="hint">{text.key}</p>
          </div>
        </div>
        <Controls />
      </div>
      <div class="plane-more">
        <Tries />
        <section class="card" aria-labelledby="plane-what">
          <h3 id="plane-what">{text.whatTitle}</h3>
          <p class="prose">{text.what}</p>
          <div class="formula">{posteriorMeanFormula}</div>
          <div class="formula">{weightsFormula}</div>
          <div class="formula">{scoreFormula}</div>
          <p class="prose">{text.whySamplers}</p>
          <p class="prose">{text.networks}</p>
        </section>
      </div>
      <NextTab to="sample">{text.next}</NextTab>
    </>
  );
}

function Time() {
  useSignalEffect(() => {
    if (!isPlaying.value) return;
    if (tab.value !== 'plane') {
      isPlaying.value = false;
      return;
    }
    let frame = 0;
    let last = performance.now();
    const tick = (now: number) => {
      // Not past what is computed.
      const reached = Math.max(...runs.map((run) => run.peek()?.trajectory.at(-1)?.t ?? T));
      const next = Math.max(reached, t.peek() - ((now - last) / 1000 / SECONDS) * T);
      last = now;
      t.value = next;
      if (next === 0) isPlaying.value = false;
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  });
  return (
    <div class="time">
      <button
        type="button"
        onClick={() => {
          if (!isPlaying.value && t.value === 0) t.value = T;
          isPlaying.value = !isPlaying.value;
        }}
      >
        {isPlaying.value ? page.stop : page.play}
      </button>
      <Slider
        label={text.time}
        value={T - Math.round(t.value)}
        min={0}
        max={T}
        step={10}
        text={text.timeText(Math.round(t.value))}
        onInput={(passed) => {
          isPlaying.value = false;
          t.value = T - passed;
        }}
      />
    </div>
  );
}

const TRIES = [
  { ...text.tries.order, first: 'ddpm', second: 'ddim', steps: 100 },
  { ...text.tries.five, first: 'ddim', second: 'dpmpp-2m', steps: 5 },
  { ...text.tries.one, first: 'ddim', second: 'heun', steps: 1 },
];

/** Settings from which something is learnt. */
function Tries() {
  return (
    <section class="card" aria-labelledby="plane-tries">
      <h3 id="plane-tries">{text.tryTitle}</h3>
      <ul class="tries">
        {TRIES.map(({ name, about, first, second, steps: count }) => (
          <li key={name}>
            <button
              type="button"
              class="small"
              onClick={() => {
                batch(() => {
                  solvers[0].value = first;
                  solvers[1].value = second;
                  steps.value = count;
                });
                replay();
              }}
            >
              {name}
            </button>
            <span class="hint">{about}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

import { useEffect } from 'preact/hooks';
import { NextTab } from '../ui/next-tab';
import { sample as text } from '../words/sample';
import { Code } from './code-card';
import { Compare } from './compare';
import { Controls } from './controls';
import { Grids } from './grids';
import { Inpaint } from './inpaint';
import { Interpolate } from './interpolate';
import { loadFirst } from './load';
import { ModelCard } from './model-card';
import { Replay } from './replay';
import { announcement, drawing, model } from './state';

/** Tab 2: pictures come out of noise. */
export function Sample() {
  useEffect(loadFirst, []);
  return (
    <>
      <header class="intro">
        <h2>{text.title}</h2>
        <p>{text.intro}</p>
      </header>
      <p class="visually-hidden" role="status" aria-live="polite">
        {announcement.value}
      </p>
      <div class="with-controls">
        <div class="stack controls">
          <ModelCard />
          {model.value && <Controls />}
        </div>
        <div class="stack">
          <Grids />
          {drawing.value && drawing.value.frames.length > 0 && (
            <>
              <Replay />
              <Compare />
              <Code />
              <Inpaint />
            </>
          )}
          {model.value && <Interpolate key={model.value} />}
        </div>
      </div>
      <NextTab to="train">{text.next}</NextTab>
    </>
  );
}

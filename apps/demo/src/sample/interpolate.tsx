import { interpolate } from '@denoiser/backend-web';
import { signal, useSignal } from '@preact/signals';
import { NumberField, Select } from '../ui/fields';
import { Rgba } from '../ui/rgba';
import { page } from '../words/page';
import { sample } from '../words/sample';
import type { Between } from './code';
import { FoldedCode } from './code-card';
import { conditions, follow, madeWith, occupy, together } from './draw';
import { samplerOptions } from './samplers';
import { busy, classNames, type Frame, type LoadedModel, model, nameOfClass } from './state';

const text = sample.between;
const LENGTH = 9;
const STEPS = 14;

/** Seeds mean something to every model. */
const from = signal(3);
const to = signal(9);

/** A row of pictures from one seed's to another's. Its class and what is drawn are one model's: give it the model as `key`. */
export function Interpolate() {
  const className = useSignal(classNames.value.length > 0 ? '0' : '-1');
  const row = useSignal<Frame | undefined>(undefined);
  /** How the row was drawn. */
  const made = useSignal<Between | undefined>(undefined);
  const mine = busy.value?.what === 'row';
  const [height, width] = (model.value as LoadedModel).info.imageShape;
  const draw = () =>
    occupy('row', async (loaded, signal) => {
      const { info } = loaded;
      const label = Number(className.value);
      const options = samplerOptions(info, { sampler: 'dpmpp-2m', steps: STEPS });
      const task: Between = { ...madeWith(loaded, options, LENGTH, label), from: from.value, to: to.value };
      row.value = undefined;
      made.value = undefined;
      const drawing = interpolate(info, {
        ...options,
        ...together(LENGTH),
        ...conditions([label]),
        from: task.from,
        to: task.to,
        signal,
      });
      await follow(drawing, (frames) => {
        row.value = frames.at(-1);
      });
      made.value = task;
      return text.done(task.from, task.to);
    });
  return (
    <section class="card" aria-labelledby="interpolate-title">
      <h3 id="interpolate-title">{text.title}</h3>
      <p class="prose">{text.about}</p>
      <div class="between">
        <NumberField label={text.from} signal={from} min={0} max={2 ** 31} />
        <NumberField label={text.to} signal={to} min={0} max={2 ** 31} />
        {classNames.value.length > 0 && (
          <Select
            label={text.class}
            signal={className}
            options={[
              ...classNames.value.map((name, i) => ({ value: String(i), name })),
              { value: '-1', name: nameOfClass(-1) },
            ]}
          />
        )}
        <div class="row">
          <button type="button" class="primary" disabled={busy.value !== undefined} onClick={draw}>
            {text.draw}
          </button>
          {mine && (
            <button type="button" onClick={() => busy.value?.stop()}>
              {page.stop}
            </button>
          )}
        </div>
      </div>
      {(row.value || mine) && (
        <div class="rowstrip">
          {Array.from({ length: LENGTH }, (_, i) => (
            <Rgba
              key={i}
              pixels={row.value?.x}
              index={i}
              height={height}
              width={width}
              label={text.place(i / (LENGTH - 1))}
            />
          ))}
        </div>
      )}
      {made.value && <FoldedCode task={made.value} />}
    </section>
  );
}

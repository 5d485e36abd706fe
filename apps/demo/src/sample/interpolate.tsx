import { interpolate } from '@denoiser/backend-web';
import { signal, useSignal } from '@preact/signals';
import { NumberField, Select } from '../ui/fields';
import { Rgba } from '../ui/rgba';
import { conditions, follow, occupy, together } from './draw';
import { samplerOptions } from './samplers';
import { busy, classNames, type Frame, type LoadedModel, model, nameOfClass } from './state';

const LENGTH = 9;
const STEPS = 14;

/** Seeds mean something to every model. */
const from = signal(3);
const to = signal(9);

/** A row of pictures from one seed's to another's. Its class and what is drawn are one model's: give it the model as `key`. */
export function Interpolate() {
  const className = useSignal('-1');
  const row = useSignal<Frame | undefined>(undefined);
  const mine = busy.value?.what === 'row';
  const [height, width] = (model.value as LoadedModel).info.imageShape;
  const draw = () =>
    occupy('row', async ({ info }, signal) => {
      row.value = undefined;
      const drawing = interpolate(info, {
        ...samplerOptions(info, { sampler: 'dpmpp-2m', steps: STEPS }),
        ...together(LENGTH),
        ...conditions([Number(className.value)]),
        from: from.value,
        to: to.value,
        signal,
      });
      await follow(drawing, (frames) => {
        row.value = frames.at(-1);
      });
      return `The row from seed ${from.value} to seed ${to.value} is drawn.`;
    });
  return (
    <section class="card" aria-labelledby="interpolate-title">
      <h3 id="interpolate-title">Between two seeds</h3>
      <p class="prose">
        A seed is a point in the space of noise. On the arc between two of them lies noise as good as theirs.
        DPM-Solver++, which adds none of its own, makes a picture of each: neighbours look alike, so the space has an
        order that nobody put there.
      </p>
      <div class="between">
        <NumberField label="From seed" signal={from} min={0} max={2 ** 31} />
        <NumberField label="To seed" signal={to} min={0} max={2 ** 31} />
        {classNames.value.length > 0 && (
          <Select
            label="Class of the row"
            signal={className}
            options={[
              ...classNames.value.map((name, i) => ({ value: String(i), name })),
              { value: '-1', name: nameOfClass(-1) },
            ]}
          />
        )}
        <div class="row">
          <button type="button" class="primary" disabled={busy.value !== undefined} onClick={draw}>
            Draw the row
          </button>
          {mine && (
            <button type="button" onClick={() => busy.value?.stop()}>
              Stop
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
              label={`${Math.round((100 * i) / (LENGTH - 1))} % of the way`}
            />
          ))}
        </div>
      )}
    </section>
  );
}

import { planFor } from '@denoiser/samplers/arrays';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Picture } from '../pictures/picture';
import { Equation } from '../ui/equation';
import { Letter, xHat0 } from '../ui/math';
import { sample } from '../words/sample';
import { addedNoise, type Part, termsOf } from './reverse-step';
import { type Drawing, type Frame, type LoadedModel, model } from './state';

const text = sample.reverse;
const names: Readonly<Record<Part, ComponentChildren>> = {
  x0: xHat0,
  before: xHat0,
  x: <Letter name="x" of="t" />,
  noise: <Letter name="z" />,
};

/** A step of the sampler with pictures for letters: x after it = a·x̂0 + b·x_t + σ·z. */
export function ReverseEquation({ drawing, position, index }: { drawing: Drawing; position: number; index: number }) {
  const { info } = model.value as LoadedModel;
  const plan = useMemo(() => planFor(info, drawing.made.sampler), [info, drawing.made]);
  const [frame, before] = [drawing.frames[position] as Frame, drawing.frames[position - 1]];
  const terms = frame.total === plan.steps.length ? termsOf(plan, frame.index) : undefined;
  if (!terms) return <p class="hint">{text.other}</p>;
  if (!before || before.index !== frame.index - 1) return <p class="hint">{text.first}</p>;
  const { height, width, channels } = drawing;
  const size = height * width * channels;
  const cut = (values: Float32Array) => values.subarray(index * size, (index + 1) * size);
  const after = cut(frame.values.x);
  const pictures = { x0: cut(frame.values.x0), x: cut(before.values.x), before: cut(before.values.x0) };
  const parts: Partial<Record<Part, Float32Array>> = { ...pictures, noise: addedNoise(terms, after, pictures) };
  const picture = (pixels: Float32Array): Picture => ({ height, width, channels, pixels });
  const step = sample.stepOf(frame.index + 1, frame.total);
  return (
    <Equation
      layout="sum"
      terms={[
        { picture: picture(after), label: text.after(step), caption: text.captions.after },
        ...terms.map(({ part, factor }, i) => ({
          sign: i === 0 ? '=' : '+',
          factor: { value: factor, label: text.share[part] },
          picture: picture(parts[part] as Float32Array),
          label: text.captions[part],
          caption: (
            <>
              {names[part]}, {text.captions[part]}
            </>
          ),
        })),
      ]}
    />
  );
}

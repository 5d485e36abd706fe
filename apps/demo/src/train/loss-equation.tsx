import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Picture } from '../pictures/picture';
import { Equation, type Term } from '../ui/equation';
import { Letter } from '../ui/math';
import { train } from '../words/train';
import { lossParts, session } from './state';

const text = train.lossParts;

/** The loss with pictures for letters: x_t = a·x0 + b·ε, and (target − output)². It follows training unless it is held. */
export function LossEquation() {
  const shown = useSignal(lossParts.value);
  const isHeld = useSignal(false);
  useEffect(() => {
    if (!isHeld.value || !lossParts.value || !session.value) shown.value = lossParts.value;
  }, [lossParts.value, isHeld.value, session.value]);
  const parts = shown.value;
  if (!parts) return null;
  const { imageShape, x0, eps, xt, input, target, output, prediction = 'v', loss, time, step } = parts;
  const [height, width, channels] = imageShape;
  const picture = (pixels: Float32Array): Picture => ({ height, width, channels, pixels });
  const squares = target.map((value, i) => (value - (output[i] as number)) ** 2);
  const aim = text.targets[prediction];
  const mixture: Term[] = [
    {
      picture: picture(xt),
      label: text.noisy,
      caption: (
        <>
          <Letter name="x" of="t" /> {text.at} <Letter name="t" /> = {Math.round(time)}
        </>
      ),
    },
    {
      sign: '=',
      factor: { value: input.x0, label: text.shareOfPicture },
      picture: picture(x0),
      label: text.picture,
      caption: (
        <>
          <Letter name="x" of="0" />, {text.picture}
        </>
      ),
    },
    {
      sign: '+',
      factor: { value: input.eps, label: text.shareOfNoise },
      picture: picture(eps),
      label: text.noise,
      caption: (
        <>
          <Letter name="ε" />, {text.noise}
        </>
      ),
    },
  ];
  const [symbol, of] = SYMBOLS[prediction];
  const difference: Term[] = [
    {
      sign: '(',
      picture: picture(target),
      label: aim.name,
      caption: (
        <>
          <Letter name={symbol} {...(of && { of })} />, {aim.name}
        </>
      ),
    },
    {
      sign: '−',
      picture: picture(output),
      label: text.answer,
      caption: (
        <>
          <Letter name={symbol} of="θ" />, {text.answer}
        </>
      ),
    },
    // Dark is right: 0 is black, and 1 or more white.
    {
      sign: ')² =',
      picture: picture(squares.map((value) => 2 * value - 1)),
      label: text.squares,
      caption: text.squares,
    },
  ];
  return (
    <section class="stack loss-equation" aria-labelledby="loss-title">
      <div class="row" style={{ justifyContent: 'space-between' }}>
        <h4 id="loss-title">{text.title}</h4>
        {session.value && (
          <button
            type="button"
            class="small quiet"
            aria-pressed={isHeld.value}
            onClick={() => {
              isHeld.value = !isHeld.value;
            }}
          >
            {text.hold}
          </button>
        )}
      </div>
      <p class="hint">{text.about(step, aim.name)}</p>
      <Equation layout="row" terms={mixture} />
      <Equation layout="row" terms={difference} />
      <p class="hint">
        {text.mean} <strong>{loss.toFixed(4)}</strong>. {aim.about}
      </p>
    </section>
  );
}

/** What the network learns to say, in the letters of papers. */
const SYMBOLS = { epsilon: ['ε'], x0: ['x', '0'], v: ['v'] } as const satisfies Readonly<
  Record<string, readonly [name: string, of?: string]>
>;

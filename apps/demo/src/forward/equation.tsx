import { Letter, rootAlphaBar, rootOneMinusAlphaBar } from '../ui/formulas';
import { Pixels } from '../ui/pixels';
import { diffuse } from './diffuse';
import { eps, pictureName, schedule, t, x0 } from './state';

/** x_t = √ᾱ_t·x0 + √(1−ᾱ_t)·ε, with pictures for letters. */
export function Equation() {
  const at = t.value;
  const signal = schedule.value.sqrtAlphaBars[at] as number;
  const noise = schedule.value.sqrtOneMinusAlphaBars[at] as number;
  const xt = diffuse(schedule.value, at, x0.value, eps.value);
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return (
    <div class="equation">
      <figure>
        <Pixels
          picture={xt}
          label={`${pictureName.value} at t = ${at}, ${percent(noise ** 2)} of its variance noise`}
        />
        <figcaption>
          <Letter name="x" of="t" /> at <Letter name="t" /> = {at}
        </figcaption>
      </figure>
      <span class="sign" aria-hidden="true">
        =
      </span>
      <figure>
        <div class="factor">
          {rootAlphaBar} ={' '}
          <output aria-label="Share of the picture" aria-live="off">
            {signal.toFixed(3)}
          </output>{' '}
          ×
        </div>
        <Pixels picture={x0.value} label={`The picture itself: ${pictureName.value}`} />
        <figcaption>
          <Letter name="x" of="0" />, the picture
        </figcaption>
      </figure>
      <span class="sign" aria-hidden="true">
        +
      </span>
      <figure>
        <div class="factor">
          {rootOneMinusAlphaBar} ={' '}
          <output aria-label="Share of the noise" aria-live="off">
            {noise.toFixed(3)}
          </output>{' '}
          ×
        </div>
        <Pixels picture={{ ...x0.value, pixels: eps.value }} label="Noise alone" />
        <figcaption>
          <Letter name="ε" />, the noise
        </figcaption>
      </figure>
    </div>
  );
}

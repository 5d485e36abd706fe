import { Equation as PictureEquation } from '../ui/equation';
import { Letter } from '../ui/math';
import { forward } from '../words/forward';
import { diffuse } from './diffuse';
import { rootAlphaBar, rootOneMinusAlphaBar } from './formulas';
import { eps, labelOfPicture, pictureName, schedule, t, x0 } from './state';

const { parts } = forward;

/** x_t = √ᾱ_t·x0 + √(1−ᾱ_t)·ε, with pictures for letters. */
export function Equation() {
  const at = t.value;
  const signal = schedule.value.sqrtAlphaBars[at] as number;
  const noise = schedule.value.sqrtOneMinusAlphaBars[at] as number;
  const name = labelOfPicture(pictureName.value);
  return (
    <PictureEquation
      layout="result"
      terms={[
        {
          picture: diffuse(schedule.value, at, x0.value, eps.value),
          label: parts.noisy(name, at, noise ** 2),
          caption: (
            <>
              <Letter name="x" of="t" /> {parts.at} <Letter name="t" /> = {at}
            </>
          ),
        },
        {
          sign: '=',
          factor: { symbol: rootAlphaBar, value: signal, label: parts.shareOfPicture },
          picture: x0.value,
          label: parts.picture(name),
          caption: (
            <>
              <Letter name="x" of="0" />, {parts.thePicture}
            </>
          ),
        },
        {
          sign: '+',
          factor: { symbol: rootOneMinusAlphaBar, value: noise, label: parts.shareOfNoise },
          picture: { ...x0.value, pixels: eps.value },
          label: parts.noise,
          caption: (
            <>
              <Letter name="ε" />, {parts.theNoise}
            </>
          ),
        },
      ]}
    />
  );
}

import { alphaBar, betaTilde, Formula, OneMinus, Parenthesis, Root, Sub } from '../ui/math';

const previous = (
  <mrow>
    <mi>t</mi>
    <mo>−</mo>
    <mn>1</mn>
  </mrow>
);
const alphaBarAtT = <Sub of="t">{alphaBar}</Sub>;
const betaAtT = (
  <Sub of="t">
    <mi>β</mi>
  </Sub>
);
const thin = <mspace width="0.2em" />;

/** ᾱ_t = ∏ (1 − β_s). */
export const alphaBarFormula = (
  <Formula>
    {alphaBarAtT}
    <mo>=</mo>
    <munderover>
      <mo>∏</mo>
      <mrow>
        <mi>s</mi>
        <mo>=</mo>
        <mn>0</mn>
      </mrow>
      <mi>t</mi>
    </munderover>
    <Parenthesis>
      <OneMinus>
        <Sub of="s">
          <mi>β</mi>
        </Sub>
      </OneMinus>
    </Parenthesis>
  </Formula>
);

/** x_t = √(1 − β_t)·x_{t−1} + √β_t·ε. */
export const betaFormula = (
  <Formula>
    <Sub of="t">
      <mi>x</mi>
    </Sub>
    <mo>=</mo>
    <Root>
      <OneMinus>{betaAtT}</OneMinus>
    </Root>
    {thin}
    <Sub of={previous}>
      <mi>x</mi>
    </Sub>
    <mo>+</mo>
    <Root>{betaAtT}</Root>
    {thin}
    <mi>ε</mi>
  </Formula>
);

/** β̃_t = (1 − ᾱ_{t−1}) / (1 − ᾱ_t)·β_t. */
export const posteriorFormula = (
  <Formula>
    <Sub of="t">{betaTilde}</Sub>
    <mo>=</mo>
    <mfrac>
      <OneMinus>
        <Sub of={previous}>{alphaBar}</Sub>
      </OneMinus>
      <OneMinus>{alphaBarAtT}</OneMinus>
    </mfrac>
    {thin}
    {betaAtT}
  </Formula>
);

/** SNR(t) = ᾱ_t / (1 − ᾱ_t). */
export const snrFormula = (
  <Formula>
    <mi>SNR</mi>
    <Parenthesis>
      <mi>t</mi>
    </Parenthesis>
    <mo>=</mo>
    <mfrac>
      {alphaBarAtT}
      <OneMinus>{alphaBarAtT}</OneMinus>
    </mfrac>
  </Formula>
);

export const rootAlphaBar = (
  <math>
    <Root>{alphaBarAtT}</Root>
  </math>
);

export const rootOneMinusAlphaBar = (
  <math>
    <Root>
      <OneMinus>{alphaBarAtT}</OneMinus>
    </Root>
  </math>
);

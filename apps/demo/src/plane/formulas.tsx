import { Formula, guess, Parenthesis, Sub } from '../ui/math';

const point = (
  <Sub of="k">
    <mi>p</mi>
  </Sub>
);
const alpha = (
  <Sub of="t">
    <mi>α</mi>
  </Sub>
);
const squaredSigma = (
  <msubsup>
    <mi>σ</mi>
    <mi>t</mi>
    <mn>2</mn>
  </msubsup>
);
const ofX = (
  <Parenthesis>
    <mi>x</mi>
  </Parenthesis>
);

/** x̂0(x) = Σ w_k p_k. */
export const posteriorMeanFormula = (
  <Formula>
    {guess}
    {ofX}
    <mo>=</mo>
    <munder>
      <mo>∑</mo>
      <mi>k</mi>
    </munder>
    <Sub of="k">
      <mi>w</mi>
    </Sub>
    {point}
  </Formula>
);

/** w = softmax_k(−|x − α_t p_k|² / 2σ_t²). */
export const weightsFormula = (
  <Formula>
    <mi>w</mi>
    <mo>=</mo>
    <mi>softmax</mi>
    <mo>(</mo>
    <mo>−</mo>
    <mfrac>
      <msup>
        <mrow>
          <mo>|</mo>
          <mi>x</mi>
          <mo>−</mo>
          {alpha}
          {point}
          <mo>|</mo>
        </mrow>
        <mn>2</mn>
      </msup>
      <mrow>
        <mn>2</mn>
        {squaredSigma}
      </mrow>
    </mfrac>
    <mo>)</mo>
  </Formula>
);

/** ∇ log p_t(x) = (α_t x̂0(x) − x) / σ_t². */
export const scoreFormula = (
  <Formula>
    <mo>∇</mo>
    <mi>log</mi>
    <Sub of="t">
      <mi>p</mi>
    </Sub>
    {ofX}
    <mo>=</mo>
    <mfrac>
      <mrow>
        {alpha}
        {guess}
        {ofX}
        <mo>−</mo>
        <mi>x</mi>
      </mrow>
      {squaredSigma}
    </mfrac>
  </Formula>
);

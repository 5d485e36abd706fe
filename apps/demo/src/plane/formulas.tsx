import type { ComponentChildren } from 'preact';

const Sub = ({ of, children }: { of: string; children: ComponentChildren }) => (
  <msub>
    {children}
    <mi>{of}</mi>
  </msub>
);
// As large as a letter, whatever stands beside them; Preact's types have no such attribute.
const still = { stretchy: 'false' } as object;
const open = <mo {...still}>(</mo>;
const close = <mo {...still}>)</mo>;
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
const guess = (
  <msub>
    <mover>
      <mi>x</mi>
      <mo>^</mo>
    </mover>
    <mn>0</mn>
  </msub>
);

/** x̂0(x) = Σ w_k p_k. */
export const posteriorMeanFormula = (
  <math display="block">
    <mrow>
      {guess}
      {open}
      <mi>x</mi>
      {close}
      <mo>=</mo>
      <munder>
        <mo>∑</mo>
        <mi>k</mi>
      </munder>
      <Sub of="k">
        <mi>w</mi>
      </Sub>
      {point}
    </mrow>
  </math>
);

/** w = softmax_k(−|x − α_t p_k|² / 2σ_t²). */
export const weightsFormula = (
  <math display="block">
    <mrow>
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
    </mrow>
  </math>
);

/** ∇ log p_t(x) = (α_t x̂0(x) − x) / σ_t². */
export const scoreFormula = (
  <math display="block">
    <mrow>
      <mo>∇</mo>
      <mi>log</mi>
      <Sub of="t">
        <mi>p</mi>
      </Sub>
      {open}
      <mi>x</mi>
      {close}
      <mo>=</mo>
      <mfrac>
        <mrow>
          {alpha}
          {guess}
          {open}
          <mi>x</mi>
          {close}
          <mo>−</mo>
          <mi>x</mi>
        </mrow>
        {squaredSigma}
      </mfrac>
    </mrow>
  </math>
);

import type { ComponentChildren } from 'preact';

/** MathML, which every current browser draws and screen readers read. Letters stand as in the papers. */
export const X = ({ of }: { of: string }) => (
  <msub>
    <mi>x</mi>
    {/^\d$/.test(of) ? <mn>{of}</mn> : <mi>{of}</mi>}
  </msub>
);

const at = (symbol: ComponentChildren, index: ComponentChildren = <mi>t</mi>) => (
  <msub>
    {symbol}
    {index}
  </msub>
);
const previous = (
  <mrow>
    <mi>t</mi>
    <mo>−</mo>
    <mn>1</mn>
  </mrow>
);
const barred = (
  <mover>
    <mi>α</mi>
    <mo>¯</mo>
  </mover>
);
const AlphaBar = () => at(barred);
const Beta = () => at(<mi>β</mi>);
const OneMinus = ({ children }: { children: ComponentChildren }) => (
  <mrow>
    <mn>1</mn>
    <mo>−</mo>
    {children}
  </mrow>
);

export const alphaBarFormula = (
  <math display="block">
    <mrow>
      <AlphaBar />
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
      <mo>(</mo>
      <OneMinus>{at(<mi>β</mi>, <mi>s</mi>)}</OneMinus>
      <mo>)</mo>
    </mrow>
  </math>
);

export const betaFormula = (
  <math display="block">
    <mrow>
      <X of="t" />
      <mo>=</mo>
      <msqrt>
        <OneMinus>
          <Beta />
        </OneMinus>
      </msqrt>
      <mspace width="0.2em" />
      {at(<mi>x</mi>, previous)}
      <mo>+</mo>
      <msqrt>
        <Beta />
      </msqrt>
      <mspace width="0.2em" />
      <mi>ε</mi>
    </mrow>
  </math>
);

export const posteriorFormula = (
  <math display="block">
    <mrow>
      {at(
        <mover>
          <mi>β</mi>
          <mo>~</mo>
        </mover>,
      )}
      <mo>=</mo>
      <mfrac>
        <OneMinus>{at(barred, previous)}</OneMinus>
        <OneMinus>
          <AlphaBar />
        </OneMinus>
      </mfrac>
      <mspace width="0.2em" />
      <Beta />
    </mrow>
  </math>
);

export const snrFormula = (
  <math display="block">
    <mrow>
      <mi>SNR</mi>
      <mo>(</mo>
      <mi>t</mi>
      <mo>)</mo>
      <mo>=</mo>
      <mfrac>
        <AlphaBar />
        <OneMinus>
          <AlphaBar />
        </OneMinus>
      </mfrac>
    </mrow>
  </math>
);

export const rootAlphaBar = (
  <math>
    <msqrt>
      <AlphaBar />
    </msqrt>
  </math>
);

export const rootOneMinusAlphaBar = (
  <math>
    <msqrt>
      <OneMinus>
        <AlphaBar />
      </OneMinus>
    </msqrt>
  </math>
);

export const Letter = ({ name, of }: { name: string; of?: string }) => (
  <math>
    {of === undefined ? (
      <mi>{name}</mi>
    ) : (
      <msub>
        <mi>{name}</mi>
        {/^\d$/.test(of) ? <mn>{of}</mn> : <mi>{of}</mi>}
      </msub>
    )}
  </math>
);

export const xHat0 = (
  <math>
    <msub>
      <mover>
        <mi>x</mi>
        <mo>^</mo>
      </mover>
      <mn>0</mn>
    </msub>
  </math>
);

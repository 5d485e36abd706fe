import type { ComponentChildren } from 'preact';

/**
 * Letters of formulas in MathML, which every current browser draws and screen readers read. They stand as in the papers. Formulas
 * themselves lie beside what shows them.
 */
export const Sub = ({ of, children }: { of: ComponentChildren; children: ComponentChildren }) => (
  <msub>
    {children}
    {typeof of === 'string' ? /^\d$/.test(of) ? <mn>{of}</mn> : <mi>{of}</mi> : of}
  </msub>
);

/** A letter with a sign above it: 'x' and '^' are x̂. */
const Accented = ({ letter, accent }: { letter: string; accent: string }) => (
  <mover>
    <mi>{letter}</mi>
    <mo>{accent}</mo>
  </mover>
);

export const alphaBar = <Accented letter="α" accent="¯" />;
export const betaTilde = <Accented letter="β" accent="~" />;
/** The guess at the picture, x̂0. */
export const guess = (
  <Sub of="0">
    <Accented letter="x" accent="^" />
  </Sub>
);

export const OneMinus = ({ children }: { children: ComponentChildren }) => (
  <mrow>
    <mn>1</mn>
    <mo>−</mo>
    {children}
  </mrow>
);

export const Root = ({ children }: { children: ComponentChildren }) => <msqrt>{children}</msqrt>;

// As large as a letter, whatever stands beside them; Preact's types have no such attribute.
const still = { stretchy: 'false' } as object;
export const Parenthesis = ({ children }: { children: ComponentChildren }) => (
  <>
    <mo {...still}>(</mo>
    {children}
    <mo {...still}>)</mo>
  </>
);

/** A formula on a line of its own. */
export const Formula = ({ children }: { children: ComponentChildren }) => (
  <math display="block">
    <mrow>{children}</mrow>
  </math>
);

/** A letter in the midst of words. */
export const Letter = ({ name, of }: { name: string; of?: string }) => (
  <math>
    {of === undefined ? (
      <mi>{name}</mi>
    ) : (
      <Sub of={of}>
        <mi>{name}</mi>
      </Sub>
    )}
  </math>
);

export const xHat0 = <math>{guess}</math>;

/**
 * Numbers that know how far float32 may be from them: a value in float64 and a bound on the error of computing it in
 * float32, in units of 2⁻²⁴ (the relative rounding error of float32). This is running error analysis (Wilkinson; Higham 2002,
 * "Accuracy and stability of numerical algorithms", section 3.3): each operation hands on the errors of its operands by its
 * slopes and adds its own rounding, so that every element of a result has a bound of its own, cancellation included.
 */
export type Tracked = { readonly value: number; readonly error: number };

/** Near float32's least normal number, 2⁻¹²⁶, backends may flush to 0, or stop: what they may be off by there. */
export const UNDERFLOW = 2 ** -125 / 2 ** -24;

/** A number that float32 holds exactly. */
export const exact = (value: number): Tracked => ({ value, error: 0 });

/** A computed value with the errors that reach it, and `roundings` of its own. */
const rounded = (value: number, error: number, roundings = 1): Tracked => ({
  value,
  error: error + roundings * Math.abs(value),
});

export const add = (a: Tracked, b: Tracked): Tracked => rounded(a.value + b.value, a.error + b.error);
export const subtract = (a: Tracked, b: Tracked): Tracked => rounded(a.value - b.value, a.error + b.error);
export const multiply = (a: Tracked, b: Tracked): Tracked =>
  rounded(a.value * b.value, Math.abs(a.value) * b.error + Math.abs(b.value) * a.error);
export const divide = (a: Tracked, b: Tracked): Tracked => {
  const value = a.value / b.value;
  return rounded(value, (a.error + Math.abs(value) * b.error) / Math.abs(b.value), 3); // GPUs divide to 2.5 ulp
};

/**
 * Σ terms, added in any order: each partial sum is rounded, and the roundings of n sums add up as a random walk, which stays
 * below 4·√n·Σ|terms| but for one case in 10⁴ (Higham and Mary 2019, "A new approach to probabilistic rounding error analysis").
 */
export function sum(terms: readonly Tracked[]): Tracked {
  let [value, size, error] = [0, 0, 0];
  for (const term of terms) {
    value += term.value;
    size += Math.abs(term.value);
    error += term.error;
  }
  return { value, error: error + 4 * Math.sqrt(terms.length) * size };
}

/** Σ aᵢ·bᵢ of exact numbers, by products and sums as above. */
export function dot(count: number, a: (i: number) => number, b: (i: number) => number): Tracked {
  let [value, size] = [0, 0];
  for (let i = 0; i < count; i++) {
    const term = a(i) * b(i);
    value += term;
    size += Math.abs(term);
  }
  return { value, error: (1 + 4 * Math.sqrt(count)) * size };
}

/** Sums of exact numbers at many places at once: the bounds are those of `dot`. */
export type Sums = {
  put(place: number, term: number): void;
  at(place: number): Tracked;
};

export function sumsAt(places: number): Sums {
  const [values, sizes, counts] = [new Float64Array(places), new Float64Array(places), new Float64Array(places)];
  return {
    put(place, term) {
      values[place] = (values[place] as number) + term;
      sizes[place] = (sizes[place] as number) + Math.abs(term);
      counts[place] = (counts[place] as number) + 1;
    },
    at: (place) => ({
      value: values[place] as number,
      error: (1 + 4 * Math.sqrt(counts[place] as number)) * (sizes[place] as number),
    }),
  };
}

/** f(x), where `slope` is |f′| near x and the function itself is good to `roundings` of its value. */
export const apply = (x: Tracked, f: (x: number) => number, slope: number, roundings: number): Tracked =>
  rounded(f(x.value), slope * x.error, roundings);

/** eˣ; WGSL asks of it 3 + 2·|x| units in the last place, which are two roundings each. */
export const exp = (x: Tracked): Tracked => {
  const { value, error } = apply(x, Math.exp, Math.exp(x.value), 6 + 4 * Math.abs(x.value));
  return { value, error: error + UNDERFLOW };
};

/** 1/(1 + e⁻ˣ); where e⁻ˣ is beyond float32, 0 or next to it. */
export const sigmoid = (x: Tracked): Tracked =>
  x.value < -88
    ? { value: 0, error: UNDERFLOW }
    : divide(exact(1), add(exact(1), exp({ value: -x.value, error: x.error })));

/** 1/√x */
export const inverseRoot = (x: Tracked): Tracked =>
  apply(x, (v) => 1 / Math.sqrt(v), 0.5 * Math.abs(x.value) ** -1.5, 4);

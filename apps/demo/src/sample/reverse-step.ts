import type { Plan } from '@denoiser/samplers/arrays';

/** What a step back is made of: the guess x̂0, x_t, fresh noise z, or the guess of the step before. */
export type Part = 'x0' | 'x' | 'noise' | 'before';

/** A picture's share in x after a step. */
export type Term = { readonly part: Part; readonly factor: number };

const ORDER: readonly Part[] = ['x0', 'before', 'x', 'noise'];

/**
 * Returns the sum that a plan's step makes of pictures, or undefined where it is made of something else, or x is on another
 * scale than a picture.
 */
export function termsOf({ steps }: Plan, index: number): readonly Term[] | undefined {
  const [step, before] = [steps[index], steps[index - 1]];
  if (!step || steps.some(({ model }) => !model)) return undefined;
  for (const { alpha, sigma } of [step.from, step.to])
    if (Math.abs(alpha ** 2 + sigma ** 2 - 1) > 1e-6) return undefined;
  const terms: Term[] = [];
  for (const [name, factor] of Object.entries(step.next)) {
    const part = partOf(name, before?.keep?.[name]);
    if (!part) return undefined;
    if (factor !== 0) terms.push({ part, factor });
  }
  return terms.sort((a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part));
}

function partOf(name: string, kept: Readonly<Record<string, number>> | undefined): Part | undefined {
  if (name === 'x' || name === 'x0' || name === 'noise') return name;
  const isGuess = kept && Object.entries(kept).every(([of, factor]) => factor === (of === 'x0' ? 1 : 0));
  return isGuess ? 'before' : undefined;
}

/** Returns the noise that a step has added: what is left of x after it without the other terms. */
export function addedNoise(
  terms: readonly Term[],
  after: Float32Array,
  pictures: Readonly<Partial<Record<Part, Float32Array>>>,
): Float32Array | undefined {
  const noise = terms.find(({ part }) => part === 'noise');
  if (!noise) return undefined;
  const others = terms.filter(({ part }) => part !== 'noise');
  return after.map((value, i) => {
    const rest = others.reduce((sum, { part, factor }) => sum + factor * (pictures[part]?.[i] ?? 0), 0);
    return (value - rest) / noise.factor;
  });
}

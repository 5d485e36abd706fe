import { eachOfFour } from './activations';
import { lanes } from './per-thread';

/** How a kernel takes neighbouring channels, `lanes`, with WGSL for it: `Lanes`, the alias, and `total`, the sum over them. */
export type Lanes = ReturnType<typeof lanes> & { readonly code: string };

/** For rows of so many channels. */
export function lanesOf(channels: number): Lanes {
  const { width, type } = lanes(channels);
  const sum = width === 1 ? 'v' : '(v.x + v.y) + (v.z + v.w)';
  return { width, type, code: `alias Lanes = ${type}; fn total(v: Lanes) -> f32 { return ${sum}; }` };
}

/** WGSL: a function of one number, applied to each of `Lanes`. */
export const lanewise = ({ width }: Lanes, f: string, v: string): string =>
  width === 1 ? `${f}(${v})` : eachOfFour(f, v);

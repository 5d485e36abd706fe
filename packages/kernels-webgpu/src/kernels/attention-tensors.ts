import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ownRows, type Rows } from '../wgsl/heads';

/** q, k and v, or their gradients, as attention is given them: three tensors, or one in which they stand beside one another. */
export type Three = {
  /** By the names of their bindings. */
  readonly tensors: Readonly<Record<string, TensorInfo>>;
  readonly rows: Readonly<Record<'q' | 'k' | 'v', Rows>>;
};

/** Three tensors, [B, N, C] and two of [B, M, C]. */
export const apart = (prefix: string, { q, k, v }: Record<'q' | 'k' | 'v', TensorInfo>, heads: number): Three => ({
  tensors: { [`${prefix}q`]: q, [`${prefix}k`]: k, [`${prefix}v`]: v },
  rows: {
    q: ownRows(`${prefix}q`, heads),
    k: ownRows(`${prefix}k`, heads),
    v: ownRows(`${prefix}v`, heads),
  },
});

/** One tensor, [B, N, 3C]. */
export const together = (prefix: string, qkv: TensorInfo, heads: number): Three => {
  const at = (first: number): Rows => ({ binding: `${prefix}qkv`, stride: 3 * heads, first });
  return { tensors: { [`${prefix}qkv`]: qkv }, rows: { q: at(0), k: at(heads), v: at(2 * heads) } };
};

/** Those of the three by name, and their rows. */
export const only = ({ tensors, rows }: Three, names: readonly ('q' | 'k' | 'v')[]): Record<string, TensorInfo> =>
  Object.fromEntries(names.map((name) => [rows[name].binding, tensors[rows[name].binding] as TensorInfo]));

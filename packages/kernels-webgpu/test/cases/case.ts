import type { Tensor } from '@tensorflow/tfjs-core';
import type { Capabilities } from '../../src/capabilities';

/**
 * One comparison of a kernel with tfjs's cpu backend, which has the references. Plain data and functions of tfjs: the same
 * cases run in Node on Dawn and in a browser.
 */
export type KernelCase = {
  readonly name: string;
  /** Computes on the current backend; what it gives is compared, what else it makes is tidied. */
  readonly compute: () => Tensor | Tensor[];
  /** Times the largest value of the output, default 1e-5. */
  readonly tolerance?: number;
  /** Kernels that must have run on the GPU for this case to mean anything. */
  readonly kernels: readonly string[];
  /** What the adapter is made out to be while this case runs: a lesser one. */
  readonly capabilities?: Partial<Capabilities>;
};

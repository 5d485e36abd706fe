import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels } from './fused-kernels';
import { differentiable, hasKernel, runOwnKernel } from './run-kernel';

/**
 * Sines and cosines of every product: [sin(time·frequencies), cos(time·frequencies)].
 *
 * @param time [B]
 * @param frequencies [N]
 * @param options cosinesFirst: default false
 * @returns [B, 2N]
 */
export function sinusoids(time: Tensor1D, frequencies: Tensor1D, options: { cosinesFirst?: boolean } = {}): Tensor2D {
  const { cosinesFirst = false } = options;
  const phases = () => tf.mul(tf.reshape(time, [-1, 1]), tf.reshape(frequencies, [1, -1])); // [B, N]
  const inOrder = <T>(sine: T, cosine: T): T[] => (cosinesFirst ? [cosine, sine] : [sine, cosine]);
  if (!hasKernel(fusedKernels.sinusoids)) {
    return tf.tidy(() => {
      const phase = phases();
      const waves = cosinesFirst ? [tf.cos(phase), tf.sin(phase)] : [tf.sin(phase), tf.cos(phase)];
      return tf.concat(waves, 1) as Tensor2D;
    });
  }
  return differentiable({
    inputs: [time, frequencies],
    forward: () => runOwnKernel(fusedKernels.sinusoids, { time, frequencies }, { cosinesFirst }),
    save: () => ({ time, frequencies }),
    // Hardly ever asked for: of core ops.
    backward: (dy) =>
      tf.tidy(() => {
        const [dsine, dcosine] = inOrder(...(tf.split(dy, 2, 1) as [Tensor2D, Tensor2D])); // [B, N] each
        const phase = phases();
        const dphase = tf.sub(tf.mul(dsine as Tensor2D, tf.cos(phase)), tf.mul(dcosine as Tensor2D, tf.sin(phase)));
        const dtime = tf.sum(tf.mul(dphase, tf.reshape(frequencies, [1, -1])), 1);
        return [dtime, tf.sum(tf.mul(dphase, tf.reshape(time, [-1, 1])), 0)];
      }),
  }) as Tensor2D;
}

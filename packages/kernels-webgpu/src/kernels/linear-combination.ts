import { LinearCombination, type LinearCombinationAttrs, type LinearCombinationInputs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { sizeOf } from '../dispatch';
import { lanes, perThread } from '../wgsl/per-thread';
import { kernel } from './kernel';

type Term = { readonly tensor: TensorInfo; readonly coefficient: number };

const linearCombination = kernel<LinearCombinationInputs, LinearCombinationAttrs>(
  LinearCombination,
  (inputs, { coefficients, clip }, backend) => {
    // Terms with coefficient 0 are left out, whatever they hold.
    const terms = coefficients.flatMap((coefficient, i) =>
      coefficient === 0 ? [] : [{ tensor: inputs[i] as TensorInfo, coefficient }],
    );
    return combine(backend, (inputs[0] as TensorInfo).shape, terms, clip);
  },
);

/** Σ coefficient·tensor: so many terms a dispatch as a shader can see buffers, the sum so far being one of them. */
export function combine(
  backend: DenoiserWebGPUBackend,
  shape: readonly number[],
  terms: readonly Term[],
  clip?: readonly [min: number, max: number],
): TensorInfo {
  const y = backend.make(shape);
  const size = sizeOf(shape);
  const { width, type } = lanes(size);
  const most = backend.capabilities.storageBuffers - 1;
  for (let start = 0; start === 0 || start < terms.length; start += most) {
    const part = terms.slice(start, start + most);
    const names = part.map((_, k) => `x${k}`);
    const isLast = start + most >= terms.length;
    const sum = [...(start > 0 ? ['y[i]'] : []), ...names.map((name, k) => `uniforms.c${k} * at_${name}(i)`)];
    const bounds: Record<string, number> = isLast && clip ? { low: clip[0], high: clip[1] } : {};
    const uniforms = { ...Object.fromEntries(part.map(({ coefficient }, k) => [`c${k}`, coefficient])), ...bounds };
    backend.run({
      key: `linearCombination ${size} ${part.length} ${start > 0} ${isLast && clip !== undefined}`,
      reads: Object.fromEntries(part.map(({ tensor }, k) => [`x${k}`, tensor])),
      readable: names,
      writes: { y },
      types: Object.fromEntries([...names, 'y'].map((name) => [name, type])),
      ...(Object.keys(uniforms).length > 0 && { uniforms }),
      ...perThread(
        size / width,
        `let sum = ${sum.join(' + ') || `${type}(0)`};
         y[i] = ${isLast && clip ? `clamp(sum, ${type}(uniforms.low), ${type}(uniforms.high))` : 'sum'};`,
      ),
    });
  }
  return y;
}

export const linearCombinationKernels = [linearCombination];

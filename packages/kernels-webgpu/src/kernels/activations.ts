import { Gelu, GeluGrad, Silu, SiluGrad, type UnaryGradInputs, type UnaryInputs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { sizeOf } from '../dispatch';
import { ACTIVATIONS } from '../wgsl/activations';
import { perThread } from '../wgsl/per-thread';
import { kernel } from './kernel';

export const activationKernels = [
  kernel<UnaryInputs, object>(Gelu, ({ x }, _, backend) => pointwise(backend, 'gelu', { x }, 'gelu(x[i])')),
  kernel<UnaryInputs, object>(Silu, ({ x }, _, backend) => pointwise(backend, 'silu', { x }, 'silu(x[i])')),
  kernel<UnaryGradInputs, object>(GeluGrad, ({ dy, x }, _, backend) =>
    pointwise(backend, 'geluGrad', { dy, x }, 'dy[i] * geluSlope(x[i])'),
  ),
  kernel<UnaryGradInputs, object>(SiluGrad, ({ dy, x }, _, backend) =>
    pointwise(backend, 'siluGrad', { dy, x }, 'dy[i] * siluSlope(x[i])'),
  ),
];

/** y[i] = an expression of inputs of one shape. */
function pointwise(
  backend: DenoiserWebGPUBackend,
  name: string,
  inputs: Record<string, TensorInfo>,
  expression: string,
): TensorInfo {
  const { shape } = Object.values(inputs)[0] as TensorInfo;
  const size = sizeOf(shape);
  const y = backend.make(shape);
  backend.run({
    key: `${name} ${size}`,
    reads: inputs,
    writes: { y },
    ...perThread(size, `y[i] = ${expression};`, ACTIVATIONS),
  });
  return y;
}

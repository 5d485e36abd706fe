import * as tf from '@tensorflow/tfjs';
import type { Capabilities } from '../../src/capabilities';
import { gpuKernels } from '../../src/kernels';
import type { KernelCase } from './case';

type Output = { shape: number[]; dtype: string; values: Float32Array | Int32Array | Uint8Array };

async function on(backend: string, compute: KernelCase['compute']): Promise<Output[]> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const outputs: Output[] = [];
  for (const tensor of [tf.tidy(compute)].flat()) {
    outputs.push({ shape: tensor.shape, dtype: tensor.dtype, values: await tensor.data() });
    tensor.dispose();
  }
  const leaked = tf.memory().numTensors - before;
  if (leaked !== 0) throw new Error(`${leaked} tensors are left on ${backend}.`);
  return outputs;
}

/** Computes a case on both backends; throws what is wrong: a difference, a leak, a GPU error, a kernel that did not run. */
export async function compare(device: GPUDevice, one: KernelCase): Promise<void> {
  const { compute, tolerance = 1e-5, kernels } = one;
  const expected = await on('cpu', compute);
  device.pushErrorScope('validation');
  await tf.setBackend('webgpu');
  const backend = tf.backend() as unknown as { capabilities: Capabilities };
  const { capabilities } = backend;
  backend.capabilities = { ...capabilities, ...one.capabilities };
  const profile: string[] = [];
  const own = new Set(gpuKernels.map(({ name }) => name));
  const got = await on('webgpu', () => {
    const run = tf.engine().runKernel.bind(tf.engine());
    tf.engine().runKernel = ((name: string, ...rest: [never, never]) => {
      profile.push(name);
      return run(name, ...rest);
    }) as never;
    try {
      return compute();
    } finally {
      tf.engine().runKernel = run as never;
      backend.capabilities = capabilities;
    }
  });
  const error = await device.popErrorScope();
  if (error) throw new Error(error.message);
  for (const name of kernels) {
    if (!own.has(name)) throw new Error(`There is no GPU kernel ${name}.`);
    if (!profile.includes(name))
      throw new Error(`The kernel ${name} did not run, only ${[...new Set(profile)].join(', ')}.`);
  }
  expected.forEach(({ shape, dtype, values }, i) => {
    const output = got[i];
    if (String(output?.shape) !== String(shape)) throw new Error(`Output ${i} is [${output?.shape}], not [${shape}].`);
    if (output.dtype !== dtype) throw new Error(`Output ${i} is ${output.dtype}, not ${dtype}.`);
    let scale = 0.01; // what should be 0 is rounding noise of numbers of order 1
    for (const value of values) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
    values.forEach((want: number, j: number) => {
      const value = output.values[j] as number;
      if (Object.is(value, want) || value === want || Math.abs(value - want) <= tolerance * scale) return;
      throw new Error(`Output ${i}, element ${j} of [${shape}] is ${value}, not ${want} ± ${tolerance * scale}.`);
    });
  });
}

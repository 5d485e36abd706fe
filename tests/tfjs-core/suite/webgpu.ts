/** Runs tfjs-core's tests of the ops that our WGSL kernels replace, and of gradients, on WebGPU in Node (Dawn), and writes a report. */
import { writeFileSync } from 'node:fs';
import { registerWebGPU } from '@denoiser/kernels-webgpu';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { getKernelsForBackend, registerBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import './environment';
import { forSwiftShader } from '../../../scripts/chromium.mjs';
import { options } from './options';
import type { WebGPUReport } from './report';
import { runSpecs } from './run-specs';
import '@tensorflow/tfjs-core/dist/gradients_test';
import '@tensorflow/tfjs-core/dist/ops/add_n_test';
import '@tensorflow/tfjs-core/dist/ops/conv1d_test';
import '@tensorflow/tfjs-core/dist/ops/conv2d_separable_test';
import '@tensorflow/tfjs-core/dist/ops/conv2d_test';
import '@tensorflow/tfjs-core/dist/ops/conv2d_transpose_test';
import '@tensorflow/tfjs-core/dist/ops/cos_test';
import '@tensorflow/tfjs-core/dist/ops/einsum_test';
import '@tensorflow/tfjs-core/dist/ops/fused/fused_conv2d_test';
import '@tensorflow/tfjs-core/dist/ops/fused/fused_mat_mul_test';
import '@tensorflow/tfjs-core/dist/ops/mat_mul_test';
import '@tensorflow/tfjs-core/dist/ops/mean_test';
import '@tensorflow/tfjs-core/dist/ops/moments_test';
import '@tensorflow/tfjs-core/dist/ops/sin_test';
import '@tensorflow/tfjs-core/dist/ops/split_test';
import '@tensorflow/tfjs-core/dist/ops/sum_test';

async function main(): Promise<WebGPUReport> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu: GPU = create([forSwiftShader]);
  const scope = globalThis as { navigator?: object };
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true }); // tfjs looks for it
  const adapter = await gpu.requestAdapter();
  if (!adapter) return { gpu: false };
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
  });
  const problems: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => problems.push(error.message));

  const before = new Map(getKernelsForBackend('webgpu').map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]));
  let backend = new WebGPUBackend(device, adapter.info);
  let jobs = 0;
  if (!options.stock) {
    const ours = (await registerWebGPU({ device, adapterInfo: adapter.info })).backend;
    const run = ours.run.bind(ours);
    ours.run = (dispatch) => {
      jobs++;
      run(dispatch);
    };
    backend = ours;
  }
  // tfjs's suites each dispose the backend and begin with a new one; that would be to compile all kernels anew.
  backend.dispose = () => {};
  registerBackend('webgpu', () => backend);

  const ran = new Set<string>();
  const replaced = getKernelsForBackend('webgpu').filter(
    ({ kernelName, kernelFunc }) => before.has(kernelName) && before.get(kernelName) !== kernelFunc,
  );
  for (const config of replaced) {
    const { kernelName, kernelFunc } = config;
    config.kernelFunc = (call) => {
      const earlier = jobs;
      const result = kernelFunc(call);
      if (jobs > earlier) ran.add(kernelName);
      return result;
    };
  }
  const { specs, errors } = await runSpecs();
  const names = replaced.map(({ kernelName }) => kernelName);
  return { jobs, specs, errors: [...errors, ...problems], replaced: names, ran: [...ran] };
}

main().then((report) => {
  writeFileSync(options.report, JSON.stringify(report));
  process.exit(0); // Dawn would keep the process
});

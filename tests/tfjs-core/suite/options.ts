import { parseArgs } from 'node:util';

/**
 * The options of the suite's programs. To compare by hand: `--backend cpu` runs the engine's tests on tfjs's own cpu kernels,
 * `--backend webgpu --stock` those of the GPU on tfjs's own WebGPU kernels.
 */
const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'denoiser' },
    simd: { type: 'string', default: 'relaxed' },
    threads: { type: 'string', default: '2' },
    stock: { type: 'boolean', default: false },
    report: { type: 'string', default: 'report.json' },
  },
});

export const options = {
  backend: values.backend,
  simd: values.simd === 'plain' ? ('plain' as const) : ('relaxed' as const),
  threads: Number(values.threads),
  stock: values.stock,
  report: values.report,
  /** tfjs's own tests of its WebGPU backend keep small tensors on the GPU, too. */
  flags: (values.backend === 'webgpu' ? { WEBGPU_CPU_FORWARD: false } : {}) as Record<string, boolean>,
};

import { parseArgs } from 'node:util';

/** The options of the suite's program; `--backend cpu` runs the same tests on tfjs's own kernels, to compare by hand. */
const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'denoiser' },
    simd: { type: 'string', default: 'relaxed' },
    threads: { type: 'string', default: '2' },
    report: { type: 'string', default: 'report.json' },
  },
});

export const options = {
  backend: values.backend,
  simd: values.simd === 'plain' ? ('plain' as const) : ('relaxed' as const),
  threads: Number(values.threads),
  report: values.report,
};

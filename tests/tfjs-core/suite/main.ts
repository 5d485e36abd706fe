/** Runs tfjs-core's tests on one backend and writes a report. Bundled with all of tfjs, so that there is one engine of tfjs. */
import { writeFileSync } from 'node:fs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import './environment';
import { options } from './options';
import type { EngineReport } from './report';
import { runSpecs } from './run-specs';
import '@tensorflow/tfjs-core/dist/tests';

async function main(): Promise<void> {
  const { simd, threads } = options;
  const engine = await registerCpuEngine({ simd, threads });
  engine.profile(true);
  const outcome = await runSpecs();
  let jobs = 0;
  for (const { calls } of engine.profile(false).values()) jobs += calls;
  const report: EngineReport = { simd: engine.simd, threads: engine.threads, jobs, ...outcome };
  writeFileSync(options.report, JSON.stringify(report));
}

main();

/** Runs tfjs-core's tests on one backend and writes a report. Bundled with all of tfjs, so that there is one engine of tfjs. */
import { writeFileSync } from 'node:fs';
import { registerCpuEngine } from '@denoiser/kernels-wasm';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { jasmine } from './environment';
import { options } from './options';
import type { Report, Spec } from './report';
import '@tensorflow/tfjs-core/dist/tests';

async function main(): Promise<void> {
  const { backend, simd, threads } = options;
  const engine = await registerCpuEngine({ simd, threads });
  engine.profile(true);

  const specs: Spec[] = [];
  const errors: string[] = [];
  const env = jasmine.getEnv();
  env.configure({ random: false });
  env.clearReporters();
  env.addReporter({
    specDone({ fullName, status, failedExpectations }) {
      // tfjs writes the environment into the names of its suites.
      const name = fullName.replace(` ${backend} {}`, '').replace(/\s+/g, ' ');
      specs.push({ name, status, failures: failedExpectations.map(({ message, stack }) => `${message}\n${stack}`) });
    },
    suiteDone({ fullName, failedExpectations }) {
      for (const { message } of failedExpectations) errors.push(`${fullName}: ${message}`);
    },
    jasmineDone({ failedExpectations, incompleteReason }) {
      for (const { message } of failedExpectations) errors.push(message);
      if (incompleteReason) errors.push(incompleteReason);
    },
  });
  await env.execute();

  let jobs = 0;
  for (const { calls } of engine.profile(false).values()) jobs += calls;
  const report: Report = { simd: engine.simd, threads: engine.threads, jobs, errors, specs };
  writeFileSync(options.report, JSON.stringify(report));
}

main();

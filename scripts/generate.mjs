import { run, tool, turboEnvironment } from './setup.mjs';

/** Before any test: the sources that are made of others (the CPU engine's WebAssembly). Turbo skips what has not changed. */
export default async function setup() {
  const quiet = { env: turboEnvironment, stdio: ['ignore', 'ignore', 'inherit'] };
  await run(tool('turbo'), ['run', 'generate', '--output-logs=errors-only', '--log-prefix=none'], quiet);
}

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { build, install, root, run, tool, tryRun } from './setup.mjs';

/** `npm test`: installs, lints, type-checks, builds and runs every test. Turbo builds only what has changed. */
const results = join(root, '.vitest', 'results.json');

await install();
ensureChromium();
await run(process.execPath, ['scripts/lint.mjs']);
await run(process.execPath, ['scripts/check-types.mjs']);
// The types have made what is generated, on which both depend.
await Promise.all([
  build(['build', 'publint']),
  run(process.execPath, ['packages/kernels-cpu-native/scripts/check-native.mjs']),
]);

rmSync(results, { force: true });
const status = await tryRun(tool('vitest'), ['run', '--silent=passed-only', ...process.argv.slice(2)]);
const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'));
console.log(`\n${numPassedTests} passed, ${numFailedTests} failed`);
process.exit(status === 0 && numPassedTests > 0 ? 0 : 1);

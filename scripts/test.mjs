import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium, findChromium, softwareVulkan } from './chromium.mjs';
import { install, root, run, tool, turboEnvironment } from './setup.mjs';

/** `npm test`: installs, lints, builds, type-checks and runs every test. Turbo skips what has not changed. */
install();
ensureChromium();
// The browser is named, so that results without one are not taken for results with one.
const testEnvironment = { ...turboEnvironment, ...softwareVulkan(), CHROMIUM_PATH: findChromium() ?? '' };
run(tool('biome'), ['check', '--error-on-warnings', '.']);
for (const check of ['check-imports', 'architecture-table', 'check-links'])
  run(process.execPath, [`scripts/${check}.mjs`]);
run(tool('turbo'), ['run', 'build', 'typecheck', 'publint', '--output-logs=errors-only'], { env: turboEnvironment });
// One package at a time: each test run already uses both cores.
run(tool('turbo'), ['run', 'test', '--output-logs=new-only', '--concurrency=1'], { env: testEnvironment });

let passed = 0;
let failed = 0;
const inside = (parent) => readdirSync(join(root, parent)).map((name) => join(parent, name));
const folders = [
  ...inside('packages'),
  ...inside('apps'),
  ...inside('tests'),
  'bench',
  'examples',
  'examples/bundlers',
];
for (const folder of folders) {
  const results = join(root, folder, '.vitest', 'results.json');
  if (!existsSync(results)) continue;
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'));
  passed += numPassedTests;
  failed += numFailedTests;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

import { install, run, tool } from './setup.mjs';

/** `npm run check`: lint, imports, links, types, and the tests that are over soon; under a minute. Nothing has to be built. */
install();
run(process.execPath, ['scripts/lint.mjs']);
run(process.execPath, ['scripts/check-types.mjs']);
run(tool('vitest'), ['run', '--project', 'fast', '--silent=passed-only']);

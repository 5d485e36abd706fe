import generate from './generate.mjs';
import { install, run, tool } from './setup.mjs';

/** `npm run check`, before every commit: lint, imports, links, types, and the tests that are over soon. Nothing has to be built. */
install();
generate();
run(process.execPath, ['scripts/lint.mjs']);
run(process.execPath, ['scripts/check-types.mjs']);
run(tool('vitest'), ['run', '--project', 'fast', '--silent=passed-only']);

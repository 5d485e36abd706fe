import generate from './generate.mjs';
import { install, run, tool } from './setup.mjs';

/** `npm run check`, before every commit: lint, imports, links, types, and the tests that are over soon. Nothing has to be built. */
await install();
await generate();
await run(process.execPath, ['scripts/lint.mjs']);
await run(process.execPath, ['scripts/check-types.mjs']);
await run(tool('vitest'), ['run', '--project', 'fast', '--silent=passed-only']);

import { join } from 'node:path';
import { build, install, root, run } from './setup.mjs';

/** `npm run demo`: the demo web app on this machine, rebuilt as its sources change. */
await install();
await build();
await run('npm', ['run', 'dev'], { cwd: join(root, 'apps', 'demo') });

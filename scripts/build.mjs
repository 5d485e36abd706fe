import { build, install } from './setup.mjs';

/** `npm run build`: installs what is missing and builds every package. */
await install();
await build();

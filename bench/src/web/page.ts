import { measure } from './workload';

/** What a browser's page offers to the benchmark. */
Object.assign(globalThis, { measure });

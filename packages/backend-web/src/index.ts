export type { WorkerApi } from './worker';

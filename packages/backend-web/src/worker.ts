export { selectDevice } from './device/select-device';
export { serveWorker } from './worker/serve-worker';
export type { ModelKind, WebModel } from './worker/web-model';

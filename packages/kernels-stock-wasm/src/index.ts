export { completeWasmBackend } from './complete';

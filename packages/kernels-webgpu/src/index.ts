export type { DenoiserWebGPUBackend } from './backend';
export type { Capabilities } from './capabilities';
export { registerWebGPU, type WebGPU } from './register';

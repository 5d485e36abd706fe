export type { DenoiserWebGPUBackend } from './backend';
export type { Capabilities } from './capabilities';
export type { KernelErrorCode } from './errors';
export { registerWebGPU, type WebGPU } from './register';

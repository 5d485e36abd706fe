export type { KernelErrorCode } from './errors';
export { type CpuEngine, registerCpuEngine } from './register';

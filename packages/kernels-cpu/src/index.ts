export type { KernelErrorCode } from './errors';
export type { Machine } from './machine/machine';
export { type CpuEngine, registerCpuEngine, registerMachine } from './register';

export { type CpuEngine, registerCpuEngine } from './register';

import type { DeviceCandidate } from './candidate';
import { cpu } from './cpu';
import { createCuda } from './cuda';
import { engine } from './engine';
import { native } from './native';
import { wasm } from './wasm';
import { createWebGPU } from './webgpu';

/** What can compute in Node, the fastest first. A new device is a file and a line here. */
export const candidates: readonly DeviceCandidate[] = [createCuda(), createWebGPU(), native, engine, wasm, cpu];

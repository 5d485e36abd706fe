import type { DeviceCandidate } from './candidate';
import { cpu } from './cpu';
import { engine } from './engine';
import { wasm } from './wasm';

/** What can compute in Node, the fastest first. A new device is a file and a line here. */
export const candidates: readonly DeviceCandidate[] = [engine, wasm, cpu];

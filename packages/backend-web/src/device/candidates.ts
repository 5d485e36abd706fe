import type { DeviceCandidate } from './candidate';
import { cpu } from './cpu';
import { engine } from './engine';
import { webgl } from './webgl';
import { webgpu } from './webgpu';

/** What can compute in a browser, the fastest first. A new device is a file and a line here. */
export const candidates: readonly DeviceCandidate[] = [webgpu, engine, webgl, cpu];

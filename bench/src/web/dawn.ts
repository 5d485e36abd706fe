/// <reference types="@webgpu/types" />
import { forSwiftShader } from '../../../scripts/chromium.mjs';
import type { Task } from './task';

/** The same in Node, on Dawn: a process that is given a task as JSON and prints what it found. */
const { create, globals } = await import('webgpu');
const gpu = create([forSwiftShader]);
const scope = globalThis as { navigator?: object };
scope.navigator ??= {};
Object.assign(globalThis, globals);
Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
const { measure } = await import('./workload');
process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2] as string) as Task))}\n`);

/// <reference types="@webgpu/types" />
import type { Programs } from './runner';

/**
 * The same in Node, on Dawn: a process that is given options of Dawn, a program's name and its argument as JSON, and prints what
 * the program found.
 */
const [options, name, argument] = process.argv.slice(2).map((text) => JSON.parse(text)) as [
  string[],
  keyof Programs,
  never,
];

async function dawn(): Promise<GPU> {
  const { create, globals } = await import('webgpu');
  const scope = globalThis as { navigator?: object };
  scope.navigator ??= {};
  Object.assign(globalThis, globals);
  const gpu = create(options);
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
}

const programs: Programs = {
  async measure(task) {
    await dawn();
    return (await import('./workload')).measure(task);
  },
  measureCard: async (wanted) => (await import('../gpu/card')).measureCard(await dawn(), wanted),
  timeOnnx: async (task) => (await import('../gpu/onnx-node')).timeOnnx(task),
};
const found = await programs[name](argument);
// Drivers print to the same place; the last line is ours.
process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0)); // whatever the GPU holds

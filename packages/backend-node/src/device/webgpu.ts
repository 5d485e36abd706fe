import type { WebGPU } from '@denoiser/kernels-webgpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { type Adapter, adapterName, isReachable, isSoftwareAdapter, tensorBytesOf } from './adapter';
import type { DeviceCandidate } from './candidate';
import { listAdapters } from './find-adapters';
import { findPackage } from './find-package';

/** Where Dawn and its adapters come from; for tests, which have neither. */
export type DawnSource = {
  isInstalled(): boolean;
  listAdapters(): Promise<readonly Adapter[]>;
};

const installed: DawnSource = { isInstalled: () => findPackage('webgpu') !== undefined, listAdapters };

/**
 * The graphics card through Dawn, Chrome's WebGPU (npm `webgpu`), with denoiser's kernels. A software adapter is left to
 * those who name the device: the CPU engine is some hundred times as fast.
 *
 * @param number which of several adapters; the first by default
 */
export function createWebGPU(source: DawnSource = installed, number?: number): DeviceCandidate {
  let asked: Promise<readonly Adapter[]> | undefined;
  const adapters = () => {
    asked ??= source.listAdapters();
    return asked;
  };
  const adapter = async () => (await adapters())[number ?? 0];
  return {
    name: number === undefined ? 'webgpu' : `webgpu:${number}`,
    backend: 'webgpu',
    description: "the graphics card, through WebGPU with denoiser's kernels",
    async obstacle() {
      if (!source.isInstalled()) return 'the package webgpu is not installed';
      const found = await adapters();
      if (found.length === 0) return 'Dawn, the WebGPU of the package webgpu, found no graphics adapter';
      if (number === undefined) return undefined;
      if (!found[number]) return `there is no adapter ${number}, but ${found.map(numbered).join(' and ')}`;
      if (isReachable(found, number)) return undefined;
      return `Dawn chooses adapters by name, and adapter ${number} has that of one before it; only a container that sees one card has the other`;
    },
    async reservation() {
      const found = await adapter();
      if (!found || !isSoftwareAdapter(found)) return undefined;
      return `its adapter, ${adapterName(found)}, is software and much slower than the CPU engine; it is taken when asked for by name`;
    },
    on: (other) => createWebGPU(source, other),
    async start() {
      const found = await adapter();
      const options = found && isSoftwareAdapter(found) ? [...FOR_SOFTWARE] : [];
      if (found && number) options.push(`adapter=${found.name}`);
      const { backendName } = await startDawn(options);
      if (!(await setBackend(backendName))) throw new Error('its backend did not start');
      return { threads: 1, ...(found && { adapter: adapterName(found), tensorBytes: tensorBytesOf(found) }) };
    },
  };
}

const numbered = (adapter: Adapter, number: number): string => `${number}, ${adapterName(adapter)}`;

/** Dawn lives as long as its GPU object is referred to; it does not keep the process alive. */
let running: { readonly gpu: GPU; readonly webgpu: WebGPU; readonly options: string } | undefined;

/** SwiftShader would clear workgroup memory with an instruction for each word, and compile such kernels 30 times longer. */
const FOR_SOFTWARE = ['disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'];

/** Registers the backend once; anew only after the device was lost. A thread has one, since tfjs has one backend of a name. */
async function startDawn(options: string[]): Promise<WebGPU> {
  if (running?.options === options.join()) return running.webgpu;
  if (running) throw new Error('this thread computes on another adapter already; open the model with `runInWorker`');
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals); // GPUBufferUsage and its like, which tfjs's backend takes for granted
  const { registerWebGPU } = await import('@denoiser/kernels-webgpu');
  const gpu: GPU = create(options);
  const webgpu = await withNavigator(gpu, () => registerWebGPU({ gpu }));
  running = { gpu, webgpu, options: options.join() };
  void webgpu.lost.then(() => {
    running = undefined;
  });
  return webgpu;
}

/** tfjs's backend refuses to be made where `navigator.gpu` is absent. */
async function withNavigator<T>(gpu: GPU, make: () => Promise<T>): Promise<T> {
  const scope = globalThis as { navigator?: object };
  const hadNavigator = scope.navigator !== undefined;
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  try {
    return await make();
  } finally {
    if (hadNavigator) delete (scope.navigator as { gpu?: GPU }).gpu;
    else delete scope.navigator;
  }
}

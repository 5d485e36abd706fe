import type { WebGPU } from '@denoiser/kernels-webgpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { type Adapter, findAdapter, isSoftware, nameOf } from './adapter';
import type { DeviceCandidate } from './candidate';
import { findPackage } from './find-package';

/** Where Dawn and its adapter come from; for tests, which have neither. */
export type DawnSource = {
  isInstalled(): boolean;
  findAdapter(): Promise<Adapter | undefined>;
};

const installed: DawnSource = {
  isInstalled: () => findPackage('webgpu') !== undefined,
  async findAdapter() {
    const dawn = findPackage('webgpu');
    return dawn === undefined ? undefined : findAdapter(dawn);
  },
};

/**
 * The graphics card through Dawn, Chrome's WebGPU (npm `webgpu`), with denoiser's kernels. A software adapter is left to
 * those who name the device: the CPU engine is some hundred times as fast.
 */
export function createWebGPU(source: DawnSource = installed): DeviceCandidate {
  let asked: Promise<Adapter | undefined> | undefined;
  const adapter = () => {
    asked ??= source.findAdapter();
    return asked;
  };
  return {
    name: 'webgpu',
    backend: 'webgpu',
    description: "the graphics card, through WebGPU with denoiser's kernels",
    async obstacle() {
      if (!source.isInstalled()) return 'the package webgpu is not installed';
      return (await adapter()) ? undefined : 'Dawn, the WebGPU of the package webgpu, found no graphics adapter';
    },
    async reservation() {
      const found = await adapter();
      if (!found || !isSoftware(found)) return undefined;
      return `its adapter, ${nameOf(found)}, is software and much slower than the CPU engine; it is taken when asked for by name`;
    },
    async start() {
      const found = await adapter();
      const { backendName } = await startDawn(found && isSoftware(found) ? FOR_SOFTWARE : []);
      if (!(await setBackend(backendName))) throw new Error('its backend did not start');
      return { threads: 1, ...(found && { adapter: nameOf(found) }) };
    },
  };
}

/** Dawn lives as long as its GPU object is referred to; it does not keep the process alive. */
let running: { readonly gpu: GPU; readonly webgpu: WebGPU } | undefined;

/** SwiftShader would clear workgroup memory with an instruction for each word, and compile such kernels 30 times longer. */
const FOR_SOFTWARE = ['disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'];

/** Registers the backend once; anew only after the device was lost. */
async function startDawn(options: string[]): Promise<WebGPU> {
  if (running) return running.webgpu;
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals); // GPUBufferUsage and its like, which tfjs's backend takes for granted
  const { registerWebGPU } = await import('@denoiser/kernels-webgpu');
  const gpu: GPU = create(options);
  const webgpu = await withNavigator(gpu, () => registerWebGPU({ gpu }));
  running = { gpu, webgpu };
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

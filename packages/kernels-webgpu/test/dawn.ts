import { existsSync } from 'node:fs';

/** SwiftShader clears workgroup memory with an instruction for each word, and compiles such kernels 30 times longer. */
const OPTIONS = ['disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'];

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** A GPU in Node: Dawn on the machine's driver, or on the software renderer that Debian's chromium brings; undefined if none. */
export async function dawn(): Promise<GPU | undefined> {
  if (!process.env.VK_ICD_FILENAMES && existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu: GPU = create(OPTIONS);
  const scope = globalThis as { navigator?: object };
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  return (await gpu.requestAdapter()) ? gpu : undefined;
}

import { forSwiftShader, softwareVulkan } from '../../../scripts/chromium.mjs';

/** A GPU in Node: Dawn on the machine's driver, or on the software renderer that Debian's chromium brings; undefined if none. */
export async function dawn(): Promise<GPU | undefined> {
  Object.assign(process.env, softwareVulkan());
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu: GPU = create([forSwiftShader]);
  const scope = globalThis as { navigator?: object };
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  return (await gpu.requestAdapter()) ? gpu : undefined;
}

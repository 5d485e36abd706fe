/** What stands in the engine's way where a page's policy forbids to compile WebAssembly. */
export const WITHOUT_WASM = "the page's Content Security Policy does not allow WebAssembly";

/** The magic number and the version: a module of nothing. */
const EMPTY_MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Whether WebAssembly may be compiled. That an empty module is refused has no other reason than a policy. */
export function allowsWasm(): boolean {
  try {
    return new WebAssembly.Module(EMPTY_MODULE) !== undefined;
  } catch {
    return false;
  }
}

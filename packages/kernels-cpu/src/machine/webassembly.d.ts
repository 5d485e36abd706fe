/** The part of the WebAssembly API that the engine uses; the workspace compiles without the DOM's types. */
declare namespace WebAssembly {
  type Exports = Record<string, unknown>;
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
  class Global {
    private constructor();
    readonly value: number;
  }
  class Module {
    private constructor();
  }
  class Instance {
    private constructor();
    readonly exports: Exports;
  }
  type Imports = Record<string, Record<string, unknown>>;
  function validate(bytes: Uint8Array): boolean;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Imports): Promise<Instance>;
}

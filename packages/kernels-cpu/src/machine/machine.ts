/// <reference path="./webassembly.d.ts" />

/** What runs jobs on a memory: the WebAssembly program with its workers, or a library made of the processor's own instructions. */
export interface Machine {
  readonly memory: WebAssembly.Memory;
  /** Bytes that the memory can grow to. */
  readonly limit: number;
  /** Where tensors may begin. */
  readonly heapStart: number;
  readonly threads: number;
  /** The vectors it computes with: 'relaxed' (fused multiply-add) and 'plain' are WebAssembly's. */
  readonly simd: string;
  /** Floats of a vector. */
  readonly lanes: number;
  /** Rows of the matrix micro-kernel; row blocks are multiples of it. */
  readonly rows: number;
  /** Columns of a panel of a packed matrix; column blocks are multiples of it. */
  readonly columns: number;
  /** The fewest tiles of 4×4 outputs that a Winograd convolution is worth its filter of four times the size for. */
  readonly winogradTiles: number;
  /** The most tiles of a Winograd convolution that had better transform its filter itself, if that is used once; absent: none. */
  readonly winogradWithin?: number;
  /** Runs the chunks of a job by its name, whose arguments lie at an address, by default `Address.arguments`. */
  run(name: string, chunks: number, args?: number): void;
  /** Called after the memory has grown. */
  grown?(): void;
}

import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What this package uses of tfjs's wasm backend; tfjs is pinned, and these members are public in its class. */
export type WasmBackend = {
  dataIdNextNumber: number;
  readonly dataIdMap: { get(dataId: DataId): { id: number; memoryOffset: number } };
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    readonly tfjs: {
      registerTensor(id: number, size: number, memoryOffset: number): void;
      disposeData(id: number): void;
    };
    _malloc(bytes: number): number;
    _free(offset: number): void;
    cwrap(name: string, result: null, parameters: string[]): (...values: (number | Uint8Array)[]) => void;
  };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  incRef(dataId: DataId): void;
  disposeData(dataId: DataId): boolean;
};

/** A run of float32 numbers on the wasm heap that the backend's own functions know by its id. */
export type Block = { readonly id: number; readonly offset: number; readonly size: number };

/** The backend's fast functions on blocks, and memory for intermediate results. */
export type Heap = ReturnType<typeof createHeap>;

const heaps = new WeakMap<object, Heap>();

export function heapOf(backend: object): Heap {
  let heap = heaps.get(backend);
  if (!heap) {
    heap = createHeap(backend as WasmBackend);
    heaps.set(backend, heap);
  }
  return heap;
}

const FLOAT32 = 0; // the backend's number for the type

function createHeap(backend: WasmBackend) {
  const { wasm } = backend;
  const binaryParameters = ['number', 'array', 'number', 'number', 'array', 'number', 'number', 'number'];
  const matMul = wasm.cwrap('BatchMatMul', null, [...binaryParameters, 'number']);
  const softmax = wasm.cwrap('Softmax', null, ['number', 'number', 'number', 'number']);
  const sigmoid = wasm.cwrap('Sigmoid', null, ['number', 'number']);
  const binaries = {
    multiply: wasm.cwrap('Multiply', null, binaryParameters),
    subtract: wasm.cwrap('Sub', null, binaryParameters),
    divide: wasm.cwrap('RealDiv', null, binaryParameters),
  };

  function register(offset: number, size: number): Block {
    const id = backend.dataIdNextNumber++;
    wasm.tfjs.registerTensor(id, size, offset);
    return { id, offset, size };
  }

  return {
    /** A new tensor, its memory not set. */
    make(shape: readonly number[]): TensorInfo {
      return backend.makeOutput([...shape], 'float32');
    },

    /** The numbers of a tensor or block. Allocating and calling the backend may move the heap: take it anew after. */
    floats(of: TensorInfo | Block): Float32Array {
      const { offset, size } = 'offset' in of ? of : this.block(of);
      return new Float32Array(wasm.HEAPU8.buffer, offset, size);
    },

    ints(of: TensorInfo): Int32Array {
      const { offset, size } = this.block(of);
      return new Int32Array(wasm.HEAPU8.buffer, offset, size);
    },

    block(info: TensorInfo): Block {
      const { id, memoryOffset } = backend.dataIdMap.get(info.dataId);
      return { id, offset: memoryOffset, size: info.shape.reduce((a, b) => a * b, 1) };
    },

    /** Another tensor with the same memory. */
    share(info: TensorInfo, shape: readonly number[]): TensorInfo {
      backend.incRef(info.dataId);
      return { dataId: info.dataId, shape: [...shape], dtype: info.dtype };
    },

    dispose(info: TensorInfo): void {
      backend.disposeData(info.dataId);
    },

    /** To be called after writing to a block that existed before: the backend keeps packed copies of factors by id. */
    forgetPacked({ id, offset, size }: Block): void {
      wasm.tfjs.disposeData(id);
      wasm.tfjs.registerTensor(id, size, offset);
    },

    /** Runs `use` with memory that is freed after: `take` gives new blocks, `view` parts of blocks or more ids for one. */
    withScratch<T>(
      use: (take: (size: number) => Block, view: (of: Block, start: number, size: number) => Block) => T,
    ): T {
      const taken: Block[] = [];
      const viewed: Block[] = [];
      try {
        return use(
          (size) => {
            const offset = wasm._malloc(size * 4) >>> 0;
            if (offset === 0) throw new Error(`The wasm heap has no room for ${size * 4} bytes more.`);
            taken.push(register(offset, size));
            return taken[taken.length - 1];
          },
          (of, start, size) => {
            viewed.push(register(of.offset + 4 * start, size));
            return viewed[viewed.length - 1];
          },
        );
      } finally {
        for (const { id } of [...viewed, ...taken]) wasm.tfjs.disposeData(id);
        for (const { offset } of taken) wasm._free(offset);
      }
    },

    /** out [n, m] = a [n, k] · b [k, m]. The packed b is kept until `forgetPacked(b)` or the end of its scratch. */
    matMul(a: Block, b: Block, out: Block, n: number, k: number, m: number): void {
      matMul(a.id, shapeBytes(1, n, k), 3, b.id, shapeBytes(1, k, m), 3, 0, 0, out.id);
    },

    /** out [rows, columns] = softmax over the columns of x. */
    softmax(x: Block, out: Block, rows: number, columns: number): void {
      softmax(x.id, out.id, columns, rows);
    },

    sigmoid(x: Block, out: Block): void {
      sigmoid(x.id, out.id);
    },

    /** out = a op b for the first `size` numbers, or one number of a with each of b. */
    binary(op: keyof typeof binaries, a: Block, b: Block, out: Block, size: number): void {
      binaries[op](a.id, shapeBytes(Math.min(a.size, size)), 1, b.id, shapeBytes(size), 1, FLOAT32, out.id);
    },
  };
}

function shapeBytes(...shape: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(shape).buffer);
}

/// <reference path="./webassembly.d.ts" />
/** What the engine needs of its host. The one file that knows Node from the web. */

export type WorkerStart = { module: WebAssembly.Module; memory: WebAssembly.Memory; thread: number };

export interface Platform {
  /** Threads worth using. */
  readonly cores: number;
  /** Whether the calling thread may sleep until another is ready; the main thread of a page may not. */
  readonly mayBlock: boolean;
  /** Lets the engine compile relaxed SIMD where that needs a flag. */
  allowRelaxedSimd(): void;
  /** Starts a thread in the engine's `work` loop; undefined where threads cannot share memory. */
  startWorker?(start: WorkerStart, onDeath: (reason: string) => void): { terminate(): void };
}

// The same few lines in both kinds of worker. The module brings its own loop; nothing is ever posted back.
const ENTER = `({ module, memory, thread }) =>
  new WebAssembly.Instance(module, { env: { memory, abort() { throw new Error('abort'); } } }).exports.work(thread)`;

const inNode = typeof process === 'object' && typeof process.versions?.node === 'string';

async function nodePlatform(): Promise<Platform> {
  // Names in variables, so that a bundler for the web does not look for them.
  const load = <T>(name: string): Promise<T> => import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  const [threads, os, v8] = await Promise.all([
    load<typeof import('node:worker_threads')>('node:worker_threads'),
    load<typeof import('node:os')>('node:os'),
    load<typeof import('node:v8')>('node:v8'),
  ]);
  return {
    cores: os.availableParallelism(),
    mayBlock: true,
    allowRelaxedSimd() {
      // Node 20 knows the instructions behind a flag; later versions have dropped the flag and ignore it.
      if (Number.parseInt(process.versions.node, 10) < 22) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
    },
    startWorker(start, onDeath) {
      const worker = new threads.Worker(`(${ENTER})(require('node:worker_threads').workerData)`, {
        eval: true,
        workerData: start,
        stdout: false,
        execArgv: [],
      });
      worker.unref();
      worker.on('error', (error) => onDeath(String(error)));
      worker.on('exit', (code) => onDeath(`exit code ${code}`));
      return { terminate: () => void worker.terminate() };
    },
  };
}

type WebWorker = {
  postMessage(message: WorkerStart): void;
  terminate(): void;
  onerror: ((event: { message?: string }) => void) | null;
};
type Web = {
  crossOriginIsolated?: boolean;
  WorkerGlobalScope?: unknown;
  navigator?: { hardwareConcurrency?: number };
  Worker?: new (url: string) => WebWorker;
  URL: { createObjectURL(blob: Blob): string; revokeObjectURL(url: string): void };
  Blob: typeof Blob;
};

function webPlatform(): Platform {
  const web = globalThis as unknown as Web;
  const WorkerClass = web.Worker;
  const platform: Platform = {
    cores: web.navigator?.hardwareConcurrency ?? 1,
    mayBlock: web.WorkerGlobalScope !== undefined,
    allowRelaxedSimd() {},
  };
  if (!web.crossOriginIsolated || !WorkerClass) return platform;
  return {
    ...platform,
    startWorker(start, onDeath) {
      const source = new web.Blob([`onmessage = ({ data }) => (${ENTER})(data);`], { type: 'text/javascript' });
      const url = web.URL.createObjectURL(source);
      const worker = new WorkerClass(url);
      worker.onerror = (event) => onDeath(event.message ?? 'the worker failed');
      worker.postMessage(start);
      return {
        terminate() {
          worker.terminate();
          web.URL.revokeObjectURL(url);
        },
      };
    },
  };
}

/** Returns the platform that this code runs on. */
export async function detectPlatform(): Promise<Platform> {
  return inNode ? nodePlatform() : webPlatform();
}

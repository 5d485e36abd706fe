import { KernelError } from '../errors';
import { Address, Limit } from './generated/jobs';
import type { Platform } from './platform';
import type { Program } from './program';

/** Runs jobs on this thread and on workers beside it. */
export interface Threads {
  /** This thread and the workers. */
  readonly count: number;
  /**
   * Runs the chunks of the job at a table index. `name` is for messages.
   *
   * @throws DenoiserError 'worker-ended'; from then on jobs run on this thread alone
   */
  run(index: number, name: string, chunks: number): void;
}

/** About 0.05 ms: how long to look for the end of a job before sleeping. */
const LOOKS = 40_000;
/** A kernel takes milliseconds; a worker silent for this long is dead. */
const SILENCE_MS = 60_000;

/** Starts workers, `wanted` − 1 or as many as the platform allows, and waits for them. */
export async function startThreads(program: Program, platform: Platform, wanted: number): Promise<Threads> {
  const { module, memory } = program;
  const most = platform.startWorker ? Limit.threads : 1;
  const count = Math.max(1, Math.min(most, Math.floor(wanted)));
  const done = new Int32Array(memory.buffer, Address.done, 1);
  const ready = new Int32Array(memory.buffer, Address.ready, 1);

  let death: string | undefined;
  let workers: { terminate(): void }[] = [];
  for (let thread = 1; thread < count; thread++) {
    const worker = platform.startWorker?.({ module, memory, thread }, (reason) => {
      death ??= reason;
    });
    if (worker) workers.push(worker);
  }
  // A worker that is late only means that the others do its share: wait for all, but not for ever.
  for (let tries = 0; Atomics.load(ready, 0) < count - 1 && !death && tries < 2000; tries++)
    await new Promise((resolve) => setTimeout(resolve, 1));

  function awaitWorkers(name: string, chunks: number): void {
    const from = performance.now();
    while (!program.finished(LOOKS)) {
      // The thread with the last chunk may be waiting for this very core.
      const finished = Atomics.load(done, 0);
      if (platform.mayBlock && finished !== chunks) Atomics.wait(done, 0, finished, 1);
      if (performance.now() - from < SILENCE_MS) continue;
      for (const worker of workers) worker.terminate();
      workers = [];
      throw new KernelError(
        'worker-ended',
        `A thread of the CPU engine died during ${name}${death ? ` (${death})` : ''}; the engine goes on with one thread. Run the step again.`,
      );
    }
  }

  return {
    count,
    run(index, name, chunks) {
      // One that died may have taken a chunk with it: the others are no longer waited for.
      if (death !== undefined) workers = [];
      if (workers.length === 0 || chunks <= 1) {
        program.runAlone(index, chunks);
        return;
      }
      program.share(index, chunks);
      if (!program.finished(LOOKS)) awaitWorkers(name, chunks);
    },
  };
}

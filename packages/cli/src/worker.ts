import { parentPort, workerData } from 'node:worker_threads';
import { main } from './main';
import { interruptOf } from './process/interrupt';
import { createLink } from './process/link';

/** The thread that the command runs in, see `process/front.ts`. */
const { args, memory } = workerData as { args: string[]; memory: Int32Array<SharedArrayBuffer> };
const link = createLink(memory);
const interrupt = interruptOf(link);

// What the display asks of a terminal; the terminal itself is the other thread's.
Object.defineProperties(process.stdout, {
  isTTY: { get: () => link.columns !== undefined },
  columns: { get: () => link.columns },
});
parentPort?.on('message', interrupt.abort).unref();
parentPort?.postMessage(await main(args, interrupt));

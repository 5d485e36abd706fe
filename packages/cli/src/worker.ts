import { parentPort, workerData } from 'node:worker_threads';
import { main } from './main';
import { createHost } from './process/host';
import { createLink } from './process/link';
import type { FromWorker } from './process/messages';

/** The thread that the command runs in, see `process/front.ts`. */
const { args, memory } = workerData as { args: string[]; memory: Int32Array<SharedArrayBuffer> };
const link = createLink(memory);
const post = (message: FromWorker) => parentPort?.postMessage(message);
const host = createHost(link, (status) => post({ status }));

// What the display asks of a terminal; the terminal itself is the other thread's.
for (const name of ['stdout', 'stderr'] as const) {
  Object.defineProperties(process[name], {
    isTTY: { get: () => link.columns[name] !== undefined },
    columns: { get: () => link.columns[name] },
  });
}
parentPort?.on('message', host.abort).unref();
post({ code: await main(args, host) });

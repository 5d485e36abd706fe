import { MessageChannel, Worker } from 'node:worker_threads';
import type { OpenModelOptions } from '@denoiser/pipeline';
import type { Endpoint } from '@denoiser/pipeline/remote';
import type { ModelSource } from '../model/resolve-source';
import { connectModel, type WorkerModel } from './connect-model';

export interface RunInWorkerOptions extends Omit<OpenModelOptions, 'snapshots' | 'networks'> {
  /** What computes, as `selectDevice` has it. Default 'auto'. */
  readonly device?: string | undefined;
  /** Images drawn at once, of one request or of several. Default 16. */
  readonly batchSize?: number | undefined;
  /** Requests that may wait or be under way; one more is refused with the code `queue-full`. Default 100. */
  readonly capacity?: number | undefined;
}

/**
 * Opens a model in a thread of its own, where it draws without ever blocking this one: `drawImages(model, …)` as with
 * `openModel`. For servers: many requests may be made at once. They are drawn in the order in which they come, together
 * where they have the same sampler, steps and guidance, and each has the images that it would have alone, to rounding.
 *
 * The process may end while the model is idle; `dispose()` (or `using`) ends the thread.
 *
 * @throws DenoiserError as `openModel`; where the source is a store, which cannot be sent to another thread.
 */
export async function runInWorker(source: ModelSource, options: RunInWorkerOptions = {}): Promise<WorkerModel> {
  const { port1, port2 } = new MessageChannel();
  // Beside the built program.
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: port2,
    transferList: [port2],
    // A program that was given as text (`node --input-type=module -e …`) says so in flags, which a thread of a file refuses.
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--input-type')),
  });
  worker.unref();
  return connectModel(
    port1 as unknown as Endpoint,
    {
      // The process stays for what is being drawn.
      setBusy: (isBusy) => (isBusy ? port1.ref() : port1.unref()),
      onDeath(tell) {
        worker.on('error', (error) => tell(error instanceof Error ? error.message : String(error)));
        worker.on('exit', (code) => tell(`exit code ${code}`));
      },
      end() {
        port1.close();
        void worker.terminate();
      },
    },
    source,
    options,
  );
}

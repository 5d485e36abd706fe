import { fileURLToPath } from 'node:url';
import type { DenoiserError } from '@denoiser/errors';
import { checkKinds, type DrawOptions, type Images, imagesOf, type ModelInfo, WORK_KINDS } from '@denoiser/pipeline';
import { createCaller, type Endpoint, type Examples } from '@denoiser/pipeline/remote';
import type { Device } from '../device/select-device';
import { NodeError } from '../errors';
import type { ModelSource } from '../model/resolve-source';
import type { DrawProgress, Methods, SentOpenOptions, SentSource } from './methods';

/** A model in a thread of its own. `dispose()` (or `using`) ends the thread and what is being drawn there. */
export interface WorkerModel extends ModelInfo {
  /** What it computes on. */
  readonly device: Device;
  /** Requests that wait or are being drawn. */
  readonly pending: number;
  /** Draws images; the steps say how far it is. For `drawImages`, which takes files, too. */
  draw(options: Omit<DrawOptions, 'batchSize' | 'noise'>): AsyncGenerator<DrawProgress, Images, undefined>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** The thread at the other end, as far as it matters here. */
export interface Thread {
  /** Keeps the process for what is being drawn. */
  setBusy(isBusy: boolean): void;
  /** Tells the reason when the thread ends by itself. */
  onDeath(tell: (reason: string) => void): void;
  end(): void;
}

export interface ConnectOptions extends SentOpenOptions {
  readonly device?: string | undefined;
  readonly batchSize?: number | undefined;
  readonly capacity?: number | undefined;
  readonly onWarning?: (message: string) => void;
}

/** What is made use of in answers. */
const EXAMPLES: Examples<Methods> = {
  openModel: { answer: { info: { imageShape: [0, 0, 0], classNames: [''] }, device: { name: '' } }, event: '' },
  drawImages: { answer: { data: new Float32Array(), imageShape: [0, 0, 0], columns: 0 }, event: {} },
};

const BATCH = 16;
const CAPACITY = 100;

const optionInvalid = (sentence: string) => new NodeError('option-invalid', sentence);

/** Opens a model at the other end of a channel, where `serveModel` runs. */
export async function connectModel(
  endpoint: Endpoint,
  thread: Thread,
  source: ModelSource,
  { device: wanted = 'auto', batchSize = BATCH, capacity = CAPACITY, onWarning, ...options }: ConnectOptions,
): Promise<WorkerModel> {
  const caller = createCaller<Methods>(endpoint, EXAMPLES);
  let pending = 0;
  let isEnded = false;
  const end = (error: DenoiserError) => {
    if (isEnded) return;
    isEnded = true;
    caller.fail(error);
    thread.end();
  };
  const die = (reason: string) =>
    end(new NodeError('worker-ended', `The model's thread ended (${reason}); open the model anew.`));
  const dispose = () => end(new NodeError('model-disposed', 'The model was disposed; open it anew to draw.'));
  const enter = () => {
    pending++;
    thread.setBusy(true);
  };
  const leave = () => {
    pending--;
    if (pending === 0) thread.setBusy(false);
  };

  async function* draw(options: Parameters<WorkerModel['draw']>[0]): AsyncGenerator<DrawProgress, Images, undefined> {
    checkKinds(options, WORK_KINDS);
    const { signal, onBegin, onProgress, ...request } = options;
    if ((request as DrawOptions).noise) {
      throw optionInvalid('`noise` is a function, which cannot go to another thread; choose by `seed` and `indices`.');
    }
    if (pending >= capacity) {
      throw new NodeError('queue-full', `${capacity} requests wait for this model; ask later, or raise \`capacity\`.`);
    }
    enter();
    const events = caller.stream('drawImages', request, { signal });
    try {
      for (;;) {
        const { done, value } = await events.next();
        if (done) return imagesOf(value);
        if ('begin' in value) {
          onBegin?.(value.begin);
          continue;
        }
        onProgress?.(value.done, value.total);
        yield value;
      }
    } finally {
      leave();
      await events.return(undefined as never); // cancels what is not at its end
    }
  }

  thread.onDeath(die);
  enter();
  try {
    if (!(capacity >= 1)) throw optionInvalid(`\`capacity\` must be at least 1, not ${capacity}.`);
    const request = { source: sendable(source), options, device: wanted, batchSize };
    const { info, device } = await caller.call('openModel', request, { ...(onWarning && { onEvent: onWarning }) });
    return {
      ...info,
      device,
      get pending() {
        return pending;
      },
      draw,
      dispose,
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  } finally {
    leave();
  }
}

/** Returns a source as it can be sent. */
function sendable(source: ModelSource): SentSource {
  if (source instanceof URL) return source.protocol === 'file:' ? fileURLToPath(source) : source.href;
  if (typeof source === 'string' || source instanceof Uint8Array || source instanceof ArrayBuffer) return source;
  throw optionInvalid(
    'A store of checkpoints or an opened file cannot go to another thread; give `source` as a path, an address or bytes.',
  );
}

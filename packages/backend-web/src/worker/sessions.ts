import { isDenoiserError } from '@denoiser/errors';
import type { OpenTensors } from '@denoiser/safetensors';
import { type CheckpointStore, createTrainer, memoryStore } from '@denoiser/trainer';
import { openCheckpoint } from '@denoiser/trainer/parts';
import { WebError } from '../errors';
import type { DecodedImages } from '../images/image-set';
import type { Weights } from '../protocol/model';
import type { RunInfo, SentTrainRequest, TrainingEvent } from '../protocol/training';
import { type Locks, lockRun } from '../storage/run-lock';
import { openRuns, type Runs } from '../storage/runs';
import type { WebRunConfig } from '../storage/web-run-config';
import type { DeviceKeeper } from './device-keeper';
import { type KeptCheckpoints, keepCheckpoints } from './kept-checkpoints';
import { mustCount, runConfigOf } from './run-config';
import { createSessionControl, type SessionControl } from './session-control';
import { train } from './training';
import type { ModelKind } from './web-model';

type Events = {
  readonly send: (event: TrainingEvent, transfer?: Transferable[]) => void;
  /** Aborted when the page left the loop of events. */
  readonly signal: AbortSignal;
};

/** The trainings of a worker and the runs in the browser's storage. */
export interface Sessions {
  train(request: SentTrainRequest, images: DecodedImages, events: Events): Promise<void>;
  resume(request: { readonly run: string; readonly steps?: number }, events: Events): Promise<void>;
  control(run: string, action: 'pause' | 'resume' | 'stop'): Promise<void>;
  download(run: string, weights: Weights): Promise<Uint8Array<ArrayBuffer>>;
  /** Opens weights of a run's newest whole checkpoint, which are read one by one, for `use`. Training in this worker waits meanwhile. */
  withWeights<T>(run: string, weights: Weights, use: (opened: OpenTensors) => Promise<T>): Promise<T>;
  list(): Promise<RunInfo[]>;
  delete(run: string): Promise<void>;
}

export function createSessions(o: {
  readonly models: ModelKind;
  readonly device: DeviceKeeper;
  readonly storage: () => Promise<FileSystemDirectoryHandle>;
  readonly locks: Locks | undefined;
}): Sessions {
  const active = new Map<string, SessionControl>();
  /** Of every run that this worker has trained: the storage may have been too full for the last checkpoint. */
  const checkpoints = new Map<string, KeptCheckpoints>();
  const runs = async () => openRuns(await o.storage());

  async function hold<T>(
    run: string,
    locks: Locks | undefined,
    work: (control: SessionControl) => Promise<T>,
  ): Promise<T> {
    if (active.has(run)) throw new WebError('run-locked', `The run "${run}" is being trained already: stop it first.`);
    const control = createSessionControl();
    active.set(run, control);
    try {
      const lock = await lockRun(run, locks);
      try {
        return await work(control);
      } finally {
        lock.release();
      }
    } finally {
      control.end();
      active.delete(run);
    }
  }

  async function trainRun(
    config: WebRunConfig,
    images: DecodedImages,
    store: CheckpointStore,
    control: SessionControl,
    { send, signal }: Events,
  ): Promise<void> {
    const kept = keepCheckpoints(store, {
      onWritten: (step) => send({ type: 'checkpoint', step }),
      onFull: (code, message) => send({ type: 'warning', code, message }),
    });
    checkpoints.set(config.run, kept);
    const leave = () => void control.stop();
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    try {
      await train({ config, images, checkpoints: kept, models: o.models, device: o.device, control, send });
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Refuses what network or trainer would refuse, before anything is kept or replaced. */
  function tryOut({ model: config, training }: WebRunConfig): void {
    const model = o.models.createModel(config as never);
    try {
      createTrainer({ model, ...training }).dispose();
    } finally {
      model.dispose();
    }
  }

  async function trainNew(
    config: WebRunConfig,
    images: DecodedImages,
    { ifExists, isKept }: SentTrainRequest,
    control: SessionControl,
    events: Events,
  ): Promise<void> {
    tryOut(config);
    const replace = ifExists === 'replace';
    const store = isKept ? await createRun(config, images, replace, runs, events.send) : memoryStore({ keep: 1 });
    await trainRun(config, images, store, control, events);
  }

  /** Goes on with a run to a step, by default to where it was to end. One that is there already has nothing to do. */
  async function goOn(run: string, steps: number | undefined, control: SessionControl, events: Events): Promise<void> {
    const stored = await runs();
    const before = await stored.config(run);
    const store = await stored.checkpoints(run, before);
    const config = { ...before, steps: Math.max(steps ?? before.steps, (await store.list()).at(-1) ?? 0) };
    await stored.update(config).catch(() => {}); // a full storage does not keep anybody from going on
    await trainRun(config, await stored.images(run), store, control, events);
  }

  const isStored = async (run: string) => (await runs().catch(() => undefined))?.has(run) ?? false;

  /** Does `work` with a run's checkpoints, between two steps where it is being trained here. */
  async function withCheckpoints<T>(run: string, work: (store: CheckpointStore) => Promise<T>): Promise<T> {
    const find = async () => {
      const kept = checkpoints.get(run) ?? (await (await runs()).checkpoints(run, { keep: Infinity }));
      return work(kept as CheckpointStore);
    };
    const control = active.get(run);
    return control ? control.between(find) : find();
  }

  return {
    async train(request, images, events) {
      const { run, steps, ifExists, isKept } = request;
      const config = runConfigOf(request, images, o.models);
      await hold(run, isKept ? o.locks : undefined, async (control) => {
        await o.device.ready();
        if (isKept && ifExists === 'resume' && (await isStored(run))) await goOn(run, steps, control, events);
        else await trainNew(config, images, request, control, events);
      });
    },
    async resume({ run, steps }, events) {
      if (steps !== undefined) mustCount('steps', steps);
      await hold(run, o.locks, async (control) => {
        await o.device.ready();
        await goOn(run, steps, control, events);
      });
    },
    async control(run, action) {
      const control = active.get(run);
      if (!control) throw new WebError('training-ended', `The run "${run}" is not being trained here: resume it.`);
      await control[action]();
    },
    download: (run, weights) => withCheckpoints(run, (store) => readWeights(run, store, weights)),
    withWeights: (run, weights, use) => withCheckpoints(run, (store) => useWeights(run, store, weights, use)),
    async list() {
      const stored = await runs();
      // What a page that was closed has left half written; one that is at it holds its lock.
      for (const run of await stored.leftovers()) await hold(run, o.locks, () => stored.clear(run)).catch(() => {});
      return stored.list();
    },
    async delete(run) {
      await hold(run, o.locks, async () => {
        if (checkpoints.has(run) && !(await isStored(run))) checkpoints.delete(run);
        else {
          await (await runs()).delete(run);
          checkpoints.delete(run);
        }
      });
    },
  };
}

/** Returns the new run's checkpoints; in memory where the browser keeps nothing, which the user is told. */
async function createRun(
  config: WebRunConfig,
  images: DecodedImages,
  replace: boolean,
  runs: () => Promise<Runs>,
  send: Events['send'],
): Promise<CheckpointStore> {
  try {
    const stored = await runs();
    await stored.create(config, images, { replace });
    return await stored.checkpoints(config.run, config);
  } catch (error) {
    if (!isDenoiserError(error) || !['storage-missing', 'storage-full'].includes(error.code)) throw error;
    send({ type: 'warning', code: error.code, message: error.message });
    return memoryStore({ keep: 1 });
  }
}

/** Returns the weights of a run's newest whole checkpoint, as a file that says how they were trained. */
const readWeights = (run: string, store: CheckpointStore, weights: Weights): Promise<Uint8Array<ArrayBuffer>> =>
  newest(run, store, async () => {
    const file = `${weights}.safetensors` as const;
    const { state, weights: checked } = await openCheckpoint(store, file);
    await checked.close();
    return (await store.read(state.step, file)) as Uint8Array<ArrayBuffer>;
  });

/** Opens the same for `use`, which closes it. */
const useWeights = <T>(
  run: string,
  store: CheckpointStore,
  weights: Weights,
  use: (opened: OpenTensors) => Promise<T>,
): Promise<T> => newest(run, store, async () => use((await openCheckpoint(store, `${weights}.safetensors`)).weights));

/** How often a checkpoint is looked for that training in another tab has removed meanwhile, for a newer one. */
const TRIES = 5;

/** Does `work` with a run's newest checkpoint, and again where it fails and there is a newer one by then. */
async function newest<T>(run: string, store: CheckpointStore, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const step = (await store.list()).at(-1);
    if (step === undefined) {
      throw new WebError('checkpoint-missing', `The run "${run}" has no weights yet: train a step first.`);
    }
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || (await store.list()).at(-1) === step) throw error;
    }
  }
}

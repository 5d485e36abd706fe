import { type FileFolder, type Model, openModel } from '@denoiser/pipeline';
import type { ByteSource, OpenTensors } from '@denoiser/safetensors';
import type { ProcessOptions } from '@denoiser/schedules';
import { WebError } from '../errors';
import type { ModelId } from '../protocol/methods';
import type { ModelFacts, ModelInfo } from '../protocol/model';
import type { DeviceKeeper } from './device-keeper';
import type { ModelKind } from './web-model';

/** A model's file or folder, and how it was trained where it does not say so itself. */
export type ModelFile = {
  readonly source: Uint8Array | ByteSource | FileFolder | OpenTensors;
  /** What messages call it. */
  readonly name?: string | undefined;
  readonly facts: Omit<ModelFacts, 'weights'>;
};

/** The models of a worker that are open. */
export interface OpenModels {
  open(file: ModelFile): Promise<{ readonly id: ModelId; readonly info: ModelInfo }>;
  /** Frees a model. What works on it is ended first. */
  close(id: ModelId): Promise<void>;
  /**
   * Works on a model, which is not freed before the work has ended. The signal is aborted when the page is no longer
   * interested, and when the model is to be closed: the work then fails with `request-aborted`.
   */
  use<T>(id: ModelId, signal: AbortSignal, work: (model: Model, signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Opens all of them again, on a new device. */
  reopen(): Promise<void>;
}

type Entry = {
  model: Model;
  /** Kept where the device can be lost; elsewhere it would take memory for nothing. */
  readonly file?: ModelFile;
  readonly works: Set<{ readonly controller: AbortController; readonly end: Promise<unknown> }>;
};

export function createOpenModels(device: DeviceKeeper, kind: ModelKind): OpenModels {
  const entries = new Map<ModelId, Entry>();
  let last = 0;

  const free = ({ model }: Entry) => {
    try {
      model.dispose();
    } catch {
      // tensors of a lost device are gone already
    }
  };

  return {
    async open(file) {
      const { model, process } = await openFile(file, kind);
      entries.set(++last, { model, works: new Set(), ...(device.current().gpu && { file }) });
      const { network: _, dispose: __, process: ___, ...info } = model;
      return { id: last, info: { ...info, process } };
    },
    async close(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entries.delete(id);
      const works = [...entry.works];
      const closed = new WebError('request-aborted', 'The model was closed while something was drawn from it.');
      for (const { controller } of works) controller.abort(closed);
      await Promise.allSettled(works.map(({ end }) => end));
      free(entry);
    },
    async use(id, signal, work) {
      const entry = entries.get(id);
      if (!entry) throw new WebError('model-closed', 'This model was closed: open it again.');
      const controller = new AbortController();
      const abort = () => controller.abort(signal.reason);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
      const end = work(entry.model, controller.signal);
      const own = { controller, end };
      entry.works.add(own);
      try {
        return await end;
      } finally {
        signal.removeEventListener('abort', abort);
        entry.works.delete(own);
      }
    },
    async reopen() {
      for (const entry of entries.values()) {
        free(entry);
        if (entry.file) entry.model = (await openFile(entry.file, kind)).model;
      }
    },
  };
}

async function openFile(
  { source, name, facts }: ModelFile,
  { createModel, loadModel, networks }: ModelKind,
): Promise<{ readonly model: Model; readonly process: ProcessOptions }> {
  const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  const model = await openModel(source, {
    ...given,
    ...(name !== undefined && { name }),
    // Whatever the file is called, the worker's own loader says whether it can read it.
    networks: networks ?? [{ create: createModel, load: loadModel }],
  });
  const { process } = model;
  return { model, process: process.kind === 'discrete' ? process.options : process };
}

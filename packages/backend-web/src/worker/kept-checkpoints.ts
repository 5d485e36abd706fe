import { isDenoiserError } from '@denoiser/errors';
import type { CheckpointFile, CheckpointStore } from '@denoiser/trainer';
import { openCheckpointFile } from '@denoiser/trainer/parts';

/** A run's checkpoints while it trains: in the browser's storage, and the newest in memory where the storage is full. */
export interface KeptCheckpoints extends Pick<CheckpointStore, 'list' | 'read' | 'open'> {
  /** For a trainer on one device. A full storage is told and does not end training. `seal`: nothing is written any more. */
  forLife(): { readonly store: CheckpointStore; seal(): void };
}

export function keepCheckpoints(
  stored: CheckpointStore,
  o: { readonly onWritten: (step: number) => void; readonly onFull: (code: string, message: string) => void },
): KeptCheckpoints {
  let unsaved: { step: number; files: ReadonlyMap<string, Uint8Array> } | undefined;

  async function list(): Promise<number[]> {
    const steps = await stored.list();
    return unsaved ? [...steps.filter((step) => step !== unsaved?.step), unsaved.step] : steps;
  }

  async function read(step: number, file: string): Promise<Uint8Array> {
    const bytes = unsaved?.step === step ? unsaved.files.get(file) : undefined;
    return bytes ?? stored.read(step, file);
  }

  const open = (step: number, file: string): Promise<CheckpointFile> =>
    openCheckpointFile(unsaved?.step === step ? { read } : stored, step, file);

  async function write(step: number, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    try {
      await stored.write(step, files);
      unsaved = undefined;
      o.onWritten(step);
    } catch (error) {
      if (!isDenoiserError(error) || error.code !== 'storage-full') throw error;
      unsaved = { step, files };
      o.onFull(error.code, error.message);
    }
  }

  return {
    list,
    read,
    open,
    forLife() {
      let isSealed = false;
      return {
        store: {
          list,
          read,
          open,
          async write(step, files) {
            if (isSealed) throw new Error('What was computed on a lost device is not kept.');
            await write(step, files);
          },
        },
        seal() {
          isSealed = true;
        },
      };
    },
  };
}

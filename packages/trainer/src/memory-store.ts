import { TrainerError } from './errors';
import type { CheckpointStore } from './types';

/** Checkpoints in memory, for tests and for pages that keep none; `keep` (default all) bounds how many, newest last. */
export function memoryStore(options: { keep?: number } = {}): CheckpointStore {
  const { keep = Number.POSITIVE_INFINITY } = options;
  const checkpoints = new Map<number, Map<string, Uint8Array>>();
  const steps = () => [...checkpoints.keys()].sort((a, b) => a - b);
  return {
    async write(step, files) {
      checkpoints.set(step, new Map([...files].map(([name, bytes]) => [name, bytes.slice()])));
      for (const old of steps().slice(0, -keep)) checkpoints.delete(old);
    },
    async list() {
      return steps();
    },
    async read(step, file) {
      const bytes = checkpoints.get(step)?.get(file);
      if (!bytes) throw new TrainerError('file-missing', `Checkpoint ${step} has no file ${file}.`);
      return bytes.slice();
    },
  };
}

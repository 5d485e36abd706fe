import { TrainerError } from './errors';
import { badOption } from './options/settings';
import type { CheckpointStore } from './types';

/** Returns a store in memory, for tests and for pages that keep nothing. It keeps the newest `keep` checkpoints, by default all. */
export function memoryStore(options: { keep?: number } = {}): CheckpointStore {
  const { keep = Number.POSITIVE_INFINITY } = options;
  if (!(keep >= 1)) throw badOption(`\`keep\` is ${keep}; give the number of checkpoints that stay, 1 or more.`);
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

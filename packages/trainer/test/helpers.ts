import { createHash } from 'node:crypto';
import { normals } from '@denoiser/ops';
import { memorySource } from '@denoiser/safetensors';
import { type CheckpointStore, memoryDataset, type Trainer } from '../src/index';
import { tinyModel } from './tiny-model';

export const TIMESTEPS = 8;

/** Eight steps from almost clean to almost noise. */
export const noiseProcess = { type: 'linear', steps: TIMESTEPS, betaStart: 0.05, betaEnd: 0.6 } as const;

export const model = (seed?: number) => tinyModel({ timesteps: TIMESTEPS, ...(seed !== undefined && { seed }) });

/** `length` random images of 4×4×2 and two classes. */
export const dataset = (length = 11) =>
  memoryDataset({
    images: normals({ seed: 5, step: 0, index: 0, count: length * 32 }).map((z) => Math.tanh(z)),
    imageShape: [4, 4, 2],
    labels: Array.from({ length }, (_, i) => i % 2),
    classNames: ['even', 'odd'],
  });

/** All numbers that training makes. */
export const numbersOf = (trainer: Trainer) => ({
  weights: [...trainer.model.parameters].map(([name, v]) => [name, Array.from(v.dataSync())]),
  ema: [...trainer.emaParameters].map(([name, v]) => [name, Array.from(v.dataSync())]),
});

/** A store whose files are read in parts, and what of them is open or was read. */
export function inParts(store: CheckpointStore) {
  const told = { open: 0, parts: [] as number[], whole: [] as string[] };
  const parts: CheckpointStore = {
    ...store,
    async read(step, file) {
      told.whole.push(file);
      return store.read(step, file);
    },
    async open(step, file) {
      const bytes = await store.read(step, file);
      told.open++;
      return {
        ...memorySource(bytes),
        read: async (from, to) => {
          told.parts.push(to - from);
          return bytes.slice(from, to);
        },
        sha256: async () => createHash('sha256').update(bytes).digest('hex'),
        close: async () => void told.open--,
      };
    },
  };
  return { told, parts };
}

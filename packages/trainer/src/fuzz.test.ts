import { writeSafetensors } from '@denoiser/safetensors';
import { expect, test } from 'vitest';
import { changeJson, fuzz } from '../../../tests/fuzz';
import { readFileTraining, trainingMetadata } from './file-training';
import { resolveOptions } from './options/training-options';
import { parseState } from './training-state';

const stateOf = (options: object, extra: object = {}) => ({
  ...{ format: 'denoiser-checkpoint', version: 3, step: 3, epochsDone: 0, position: 6, prediction: 'epsilon' as const },
  architecture: { name: 'tiny', config: { width: [4, 8] } },
  options: resolveOptions({ seed: 1, batchSize: 2, ...options }),
  dataset: { length: 11, imageShape: [4, 4, 3] as const, classNames: ['a', 'b'] },
  files: { 'model.safetensors': { bytes: 5, sha256: '0'.repeat(64) } },
  ...extra,
});
const states = [
  stateOf({}),
  stateOf({
    process: { type: 'custom', betas: [0.1, 0.2] },
    variance: { type: 'learned-range' },
    ema: { type: 'half-life', halfLife: 500 },
  }),
  stateOf({ process: { type: 'cosine', steps: 100 } }, { best: { step: 2, loss: 1 }, notes: [{ a: 1 }] }),
];
const older = stateOf(
  {},
  { version: 1, epoch: 0, options: { seed: 1, batchSize: 2, schedule: { type: 'cosine', steps: 100 } } },
);
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test('whatever a state.json is, it is read or refused in a sentence', async () => {
  const read = (bytes: Uint8Array) => parseState(3, bytes);
  const { runs, refused } = await fuzz({
    samples: [...states, older].map(bytesOf),
    read,
    change: changeJson,
    runs: 1000,
  });
  expect(refused).toBeGreaterThan(runs / 2);
});

test('whatever weights say of their training, it is read or refused in a sentence', async () => {
  const samples = states.map((state) => new TextEncoder().encode(trainingMetadata(state)['denoiser.training']));
  const read = (bytes: Uint8Array) => {
    const entry = new TextDecoder().decode(bytes);
    readFileTraining(writeSafetensors({ metadata: { 'denoiser.training': entry }, tensors: new Map() }));
  };
  const { runs, refused } = await fuzz({ samples, read, change: changeJson, runs: 1000 });
  expect(refused).toBeGreaterThan(runs / 2);
});

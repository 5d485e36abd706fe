import * as remote from '@denoiser/pipeline/remote';
import type { Methods } from './methods';

/** Asks the worker. */
export type Caller = remote.Caller<Methods>;

const progress = { done: 0, total: 0 };
const images = { data: new Float32Array(), imageShape: [0, 0, 0], pixels: new Uint8ClampedArray(), columns: 0 };
const step = { ...progress, first: 0, count: 0, images: 0, columns: 0, imageShape: [0, 0, 0], pixels: {}, values: {} };
const set = { id: 0, length: 0, imageShape: [0, 0, 0], classNames: [''], skipped: [''] };
const info = { architecture: { name: '' }, parameterCount: 0, imageShape: [0, 0, 0], classNames: [''], process: {} };
const trainingEvent = (event: { readonly type?: unknown } | null) => ({
  type: '',
  ...(event?.type === 'progress' && { steps: 0, losses: [{ step: 0, loss: 0 }] }),
  ...(event?.type === 'done' && { step: 0, status: '' }),
});

/** What this half makes use of in each answer and event. */
const EXAMPLES: remote.Examples<Methods> = {
  start: { answer: { name: '', backend: '', reason: '' } },
  openModel: { answer: { id: 0, info } },
  drawImages: { answer: images, event: step },
  interpolate: { answer: images, event: step },
  invert: { answer: { picture: images, noise: images, reconstruction: images, error: 0 }, event: progress },
  evaluate: { answer: {}, event: progress },
  attachCanvas: { answer: 0 },
  openImages: { answer: set, event: progress },
  train: { event: trainingEvent },
  resumeRun: { event: trainingEvent },
  download: { answer: new Uint8Array() },
  runs: { answer: [{ run: '', step: 0, steps: 0, images: 0, imageShape: [0, 0, 0], classNames: [''] }] },
};

export const createCaller = (endpoint: remote.Endpoint): Caller => remote.createCaller<Methods>(endpoint, EXAMPLES);

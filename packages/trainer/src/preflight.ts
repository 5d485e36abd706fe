import type { DenoiserError } from '@denoiser/errors';
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { checkDataset } from './check-dataset';
import { TrainerError } from './errors';
import { peakBytesOf } from './peak-bytes';
import { readBatch } from './read-batch';
import type { Run } from './run';
import { lengthOf, type RunLimits } from './run-length';
import { stepThatFits } from './step-that-fits';
import type { ImageDataset } from './types';

/** Options of a preflight: the limits that `fit` will get, for the time of the whole run. */
export type PreflightOptions = RunLimits & {
  /** A clock in milliseconds. Default `performance.now`. */
  clock?: () => number;
  /** Aborted: the trial ends and is thrown with the signal's reason; the weights are what they were. */
  signal?: AbortSignal;
};

/** What training needs, measured. */
export type Preflight = {
  /** Number of learned numbers. */
  parameters: number;
  /** Bytes of the weights, their moments and averages. */
  stateBytes: number;
  /**
   * Bytes of all tensors at the worst moment of a step, with whatever else is on the device. What a backend needs beside
   * tensors (code, scratch memory) comes on top.
   */
  peakBytes: number;
  secondsPerStep: number;
  imagesPerSecond: number;
  /** What is left to do and the time for it, if the options say when training ends. */
  remaining?: { steps: number; seconds: number };
};

/**
 * Measures what training needs by two trial steps with the run's own options: the first warms up, the second is measured.
 * Afterwards weights, moments, averages and the place in the data are what they were, to the bit; meanwhile a copy of them
 * lies in memory.
 *
 * @throws DenoiserError `out-of-memory` if a graphics card has no room for a step, `kernel-missing` if the backend lacks what training needs; what reading images throws.
 */
export async function preflight(run: Run, dataset: ImageDataset, options: PreflightOptions = {}): Promise<Preflight> {
  const { clock = () => performance.now(), signal } = options;
  const { batchSize } = run.options;
  checkDataset(dataset, batchSize);
  const count = Math.min(batchSize, dataset.length);
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  const start = { epochsDone: 0, position: 0 };
  const batch = await readBatch(dataset, { epochsDone: 0, indices, next: start }, run.model.checkLabels);

  const variables = stateVariablesOf(run);
  const restore = await remember(run, variables);
  const trial = async () => {
    const { values } = await stepThatFits(run, batch, signal);
    await values.data();
    values.dispose();
  };
  try {
    await trial();
    const started = clock();
    const peakBytes = await peakBytesOf(trial);
    const secondsPerStep = (clock() - started) / 1000;
    return {
      parameters: sum(Array.from(run.model.parameters.values(), ({ size }) => size)),
      stateBytes: 4 * sum(variables.map(({ size }) => size)),
      peakBytes,
      secondsPerStep,
      imagesPerSecond: count / secondsPerStep,
      ...remainingOf(run, dataset, options, secondsPerStep),
    };
  } catch (error) {
    throw missingKernel(error) ?? error;
  } finally {
    restore();
  }
}

function stateVariablesOf({ model, optimizer, ema, powerEma }: Run): Variable[] {
  const averages = powerEma?.averages.map(({ parameters }) => parameters) ?? [];
  const maps = [model.parameters, optimizer.firstMoments, optimizer.secondMoments, ema.parameters, ...averages];
  return maps.flatMap((map) => [...map.values()]);
}

/** Copies all that a step changes, and returns what puts it back. */
async function remember({ optimizer, ema, powerEma }: Run, variables: readonly Variable[]): Promise<() => void> {
  const counters = [optimizer, ema, ...(powerEma ? [powerEma] : [])].map((counter) => ({
    counter,
    step: counter.step,
  }));
  const values: Float32Array[] = [];
  for (const variable of variables) values.push(Float32Array.from(await variable.data()));
  return () => {
    for (const { counter, step } of counters) counter.step = step;
    for (const [i, variable] of variables.entries()) {
      tidy(() => variable.assign(tensor(values[i], variable.shape)));
    }
  };
}

function remainingOf(run: Run, dataset: ImageDataset, options: PreflightOptions, secondsPerStep: number) {
  const { stepsLeft } = lengthOf(run, dataset, options);
  return Number.isFinite(stepsLeft) ? { remaining: { steps: stepsLeft, seconds: stepsLeft * secondsPerStep } } : {};
}

/** Returns tfjs's error about a missing kernel or gradient as one that the user can mend. */
function missingKernel(error: unknown): DenoiserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, kernel, backend] = /Kernel '(.+)' not registered for backend '(.+)'/.exec(error.message) ?? [];
  const [, gradient] = /gradient function not found for (\S+?)\.?$/.exec(error.message) ?? [];
  if (!kernel && !gradient) return undefined;
  const what = kernel ? `The backend ${backend} has no kernel ${kernel}` : `tfjs has no gradient of ${gradient}`;
  const advice = kernel
    ? 'choose another device (for the stock wasm backend, call completeWasmBackend of @denoiser/kernels-stock-wasm)'
    : "import '@tensorflow/tfjs', which registers the gradients";
  return new TrainerError('kernel-missing', `${what}, which training needs; ${advice}.`);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

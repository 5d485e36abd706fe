import { type Awaitable, createAwaitable } from '@denoiser/pipeline/awaitable';
import { WebError } from '../errors';
import type { Weights } from '../protocol/model';
import type { TrainedRun, TrainingEvent } from '../protocol/training';

/** A step that was trained. */
export type TrainedStep = { readonly step: number; readonly steps: number; readonly loss: number };

/** What a page gives with a training. */
export type TrainingControl = {
  /** Told of every step, several at once. */
  readonly onStep?: ((step: TrainedStep) => void) | undefined;
  /** Told of everything that happens. */
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined;
  /** Ends training after the step under way, with a checkpoint; the training then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Training in the worker, which begins at once. `await` it for its end, or go through what happens, once: `for await (const
 * event of training)`. The loop ends after 'done'; it throws what went wrong. Leaving the loop early stops training, as
 * `stop` does.
 */
export interface Training extends Awaitable<TrainingEvent, TrainedRun> {
  readonly run: string;
  /** Pauses after the step under way, with a checkpoint. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Stops after the step under way, with a checkpoint, so that `resumeRun` can go on. */
  stop(): Promise<void>;
  /** Returns the weights of now, by default averaged: a safetensors file. */
  download(options?: { readonly weights?: Weights | undefined }): Promise<Uint8Array<ArrayBuffer>>;
}

/** Returns a training around its events. */
export function createTraining(
  events: Promise<AsyncGenerator<TrainingEvent, void, undefined>>,
  controls: Pick<Training, 'run' | 'pause' | 'resume' | 'stop' | 'download'>,
  { onStep, onEvent }: TrainingControl,
): Training {
  const { run } = controls;
  events.catch(() => {}); // whoever awaits the training has the error there
  const training = createAwaitable('training', async function* () {
    let end: TrainedRun | undefined;
    for await (const event of await events) {
      onEvent?.(event);
      if (event.type === 'progress') for (const loss of event.losses) onStep?.({ ...loss, steps: event.steps });
      if (event.type === 'done') end = { run, step: event.step, status: event.status };
      yield event;
    }
    if (end) return end; // 'done' is the last event of those that do not throw
    const what = 'The worker did not say how the training ended';
    throw new WebError('training-ended', `${what}: use one version of the package for both ends.`);
  });
  return Object.assign(training, controls);
}

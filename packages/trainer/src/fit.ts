import { yieldToEventLoop } from '@denoiser/ops/event-loop';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { createAgenda } from './agenda';
import { planBatches } from './batch-plan';
import { checkDataset } from './check-dataset';
import { checkFitNames } from './check-fit-names';
import { diverged } from './divergence';
import { TrainerError } from './errors';
import type { FitOptions, FitResult, Moment, StepRecord } from './fit-options';
import { checkInterval, EACH_EPOCH } from './interval';
import { badOption } from './options/settings';
import { positionIn } from './position-in';
import { readAhead } from './read-ahead';
import { type Batch, readBatch } from './read-batch';
import type { Run } from './run';
import { lengthOf } from './run-length';
import { saveCheckpoint, saveSnapshot } from './save';
import { stepThatFits } from './step-that-fits';
import { type Lap, stopwatch } from './stopwatch';
import { timeShare } from './time-share';
import type { ImageDataset } from './types';
import { type ValidationOptions, validate } from './validation';

/** Trains, as `Trainer.fit` says. */
export async function fit(run: Run, dataset: ImageDataset, options: FitOptions): Promise<FitResult> {
  checkFitNames(options);
  if (run.isTorn) {
    throw new TrainerError(
      'checkpoint-damaged',
      'This run was restored in part alone, since a file of its checkpoint could no longer be read; resume it again.',
    );
  }
  const { progress, model } = run;
  const { checkpoints, snapshots, validation, callbacks = {}, signal, seconds = Infinity } = options;
  const { clock: now = () => performance.now() } = options;
  checkRequest(run, dataset, options);
  startOrder(run, dataset);
  const length = lengthOf(run, dataset, options);
  run.length = length.steps;

  const { onStep, onEpochEnd, onValidation, onCheckpoint } = callbacks;
  const clock = stopwatch(now);
  const begun = now();
  const isTimeUp = () => now() - begun >= 1000 * seconds;
  const time = length.steps === Infinity ? timeShare(progress, seconds, now) : undefined;
  const losses: StepRecord[] = [];
  let epochStart = 0;
  let pending: Pending | undefined;
  let saved = progress.checkpoint === progress.step;

  const report = async ({ lap, t, step, epoch, images, learningRate }: Pending) => {
    const { numbers, seconds, waitingShare } = await lap;
    const [loss, gradientNorm] = numbers;
    const imageLosses = numbers.subarray(2);
    if (!Number.isFinite(loss)) throw diverged(`The loss became ${loss}`, step, progress.checkpoint);
    const record = { step, epoch, loss, gradientNorm, learningRate, imagesPerSecond: images / seconds, waitingShare };
    losses.push(record);
    run.watch(record);
    run.timesteps.memory?.record(t, imageLosses);
    await clock.pause(async () => onStep?.({ ...record, timesteps: t, imageLosses }));
  };
  /** Reads a loss while the device computes the next step, or when no step is to come. */
  const reportBefore = async (next?: Pending) => {
    const previous = pending;
    pending = next;
    if (previous) await report(previous);
  };
  const save = async () => {
    if (!checkpoints || saved) return;
    await saveCheckpoint(run, { ...checkpoints, dataset });
    progress.checkpoint = progress.step;
    saved = true;
    await onCheckpoint?.({ step: progress.step, epochsDone: progress.epochsDone });
  };

  const measure = async (held: ValidationOptions) => {
    const { step, epochsDone, best } = progress;
    const measured = await unlessAborted(signal, () => validate(run, held, signal));
    if (!measured) return;
    const isBest = measured.emaLoss < (best?.loss ?? Infinity);
    if (isBest) progress.best = { step, loss: measured.emaLoss };
    if (isBest && checkpoints?.best) await saveCheckpoint(run, { ...checkpoints, dataset, store: checkpoints.best });
    await onValidation?.({ step, epochsDone, ...measured, isBest });
  };
  const endEpoch = async ({ step, epochsDone, meanLoss }: Moment) => {
    const networks = { denoiser: model.denoiser(), emaDenoiser: model.denoiser(run.ema.parameters) };
    await onEpochEnd?.({ epoch: epochsDone, step, meanLoss, ...networks });
  };
  const agenda = createAgenda(
    [
      // Nobody knows which step the last one is by the clock.
      ...(validation ? [{ ...(validation.every ?? EACH_EPOCH), atEnd: !!time, run: () => measure(validation) }] : []),
      ...(checkpoints ? [{ ...(checkpoints.every ?? EACH_EPOCH), run: save }] : []),
      ...(snapshots ? [{ ...snapshots.every, run: () => saveSnapshot(run, snapshots.store) }] : []),
      ...(options.every ?? []),
      { ...EACH_EPOCH, run: endEpoch },
    ],
    now,
  );
  const moment = (): Moment => ({
    step: progress.step,
    epochsDone: progress.epochsDone,
    meanLoss: mean(losses.slice(epochStart)),
    isEnd: progress.step >= length.steps || isTimeUp(),
    save,
  });

  const plan = planBatches({ ...run.options, length: dataset.length, batches: length.stepsLeft, from: progress });
  const batches = readAhead(plan, (planned) => readBatch(dataset, planned, model.checkLabels), options.prefetch ?? 2);
  try {
    while (progress.step < length.steps && !signal?.aborted && !isTimeUp()) {
      const batch = await nextBatch(
        () => clock.wait(() => batches.next()),
        async () => {
          await reportBefore();
          await save();
        },
      );
      if (!batch || signal?.aborted) break;
      if (progress.position === 0) epochStart = losses.length;
      // What a sampler learns from a step has to be known before the next.
      if (run.timesteps.memory) await reportBefore();
      if (time) run.length = time.steps();
      const learningRate = run.options.learningRate * run.rateFactor(progress.step, run.length);
      const numbers = await unlessAborted(signal, async () => stepThatFits(run, batch, signal));
      if (!numbers) break;
      const { values, t } = numbers;
      const lap = clock.lap(taken(values));
      lap.catch(() => {}); // thrown when the step is reported
      saved = false;
      Object.assign(progress, { step: progress.step + 1, ...batch.next });
      if (time) progress.seconds = time.seconds();
      // A device that computes at once has its numbers ready after this, before a callback takes time.
      await yieldToEventLoop();
      const epoch = batch.epochsDone + 1;
      await reportBefore({ lap, t, step: progress.step, epoch, images: batch.labels.length, learningRate });

      const due = agenda.due(progress);
      const epochHasEnded = progress.position === 0;
      if (due.length > 0 || epochHasEnded) await reportBefore();
      for (const occasion of due) await clock.pause(async () => occasion.run(moment()));
    }
    await reportBefore();
    if (time && isTimeUp()) progress.seconds = time.seconds();
    await save();
    if (snapshots) await saveSnapshot(run, snapshots.store);
    if (moment().isEnd) for (const occasion of agenda.atEnd()) await occasion.run(moment());
  } finally {
    await pending?.lap.catch(() => {});
    await batches.return();
  }
  return {
    status: moment().isEnd ? 'finished' : 'aborted',
    step: progress.step,
    epochsDone: progress.epochsDone,
    losses,
  };
}

/** Batches read ahead that memory has room for, if they are small. */
const MOST_PREFETCHED = 1000;

/** Returns what `work` gives, or nothing where the signal ended it. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

/** A step whose numbers have not been read yet. */
type Pending = {
  lap: Promise<Lap & { numbers: Float32Array }>;
  t: Int32Array;
  step: number;
  epoch: number;
  images: number;
  learningRate: number;
};

/** Reads a tensor's values and disposes the tensor. */
const taken = (tensor: Tensor1D): Promise<Float32Array> => tensor.data<'float32'>().finally(() => tensor.dispose());

/** Returns the next batch, or nothing at the end. An image that can't be read ends training after a checkpoint. */
async function nextBatch(
  read: () => Promise<IteratorResult<Batch, void>>,
  save: () => Promise<void>,
): Promise<Batch | undefined> {
  let next: IteratorResult<Batch, void>;
  try {
    next = await read();
  } catch (error) {
    await save();
    throw error;
  }
  return next.done ? undefined : next.value;
}

function checkRequest(run: Run, dataset: ImageDataset, options: FitOptions): void {
  const { epochs = Infinity, steps = Infinity, seconds = Infinity } = options;
  const { validation, checkpoints, snapshots, every = [], prefetch = 2 } = options;
  if (!(seconds > 0)) throw badOption(`\`seconds\` must be a number above 0, not ${seconds}.`);
  const count = (value: number) => value === Infinity || (Number.isSafeInteger(value) && value >= 0);
  const isEndless = [epochs, steps, seconds].every((limit) => limit === Infinity);
  if (!count(epochs) || !count(steps) || isEndless) {
    throw badOption(
      `fit was given epochs ${epochs} and steps ${steps}; give one of them, a whole number, or \`seconds\` alone.`,
    );
  }
  checkInterval('checkpoints.every', checkpoints?.every ?? {});
  checkInterval('validation.every', validation?.every ?? {});
  checkInterval('snapshots.every', snapshots?.every ?? {});
  for (const interval of every) checkInterval('every', interval);
  if (snapshots && !run.powerEma) {
    throw badOption('fit was given snapshots, but the trainer has no option postHocEma; give both.');
  }
  if (!(Number.isInteger(prefetch) && prefetch >= 0 && prefetch <= MOST_PREFETCHED)) {
    throw badOption(`\`prefetch\` is ${prefetch}; give a whole number of batches, from 0 to ${MOST_PREFETCHED}.`);
  }
  const { batchSize, microBatchSize } = run.options;
  checkDataset(dataset, batchSize);
  if (!validation) return;
  const { images = validation.dataset.length } = validation;
  checkDataset(validation.dataset, microBatchSize ?? batchSize, 'validation dataset');
  if (Number.isSafeInteger(images) && images >= 1) return;
  throw badOption(`\`validation.images\` is ${images}; give a whole number from 1.`);
}

/** Goes on in the order that was begun, or starts the epoch over in the present one. */
function startOrder(run: Run, dataset: ImageDataset): void {
  const { options, progress, onWarning } = run;
  const { length } = dataset;
  const [before, position] = [progress.order, positionIn(run, dataset)];
  progress.order = { seed: options.seed, length };
  if (position === progress.position) return;
  const change =
    before?.length === length ? 'The seed has changed' : `The dataset had ${before?.length} images and has ${length}`;
  onWarning(`${change}, so epoch ${progress.epochsDone + 1} starts over; the weights are kept.`);
  progress.position = 0;
}

function mean(records: readonly StepRecord[]): number {
  return records.reduce((sum, { loss }) => sum + loss, 0) / records.length;
}

import { type CheckpointStore, createTrainer, horizontalFlip, type Trainer } from '@denoiser/trainer';
import { type DecodedImages, datasetOf } from '../images/image-set';
import type { TrainingEvent } from '../protocol/training';
import type { WebRunConfig } from '../storage/web-run-config';
import { type DeviceKeeper, isDeviceLoss } from './device-keeper';
import { createHistory, type RunHistory } from './history';
import type { KeptCheckpoints } from './kept-checkpoints';
import { drawSamples } from './previews';
import { createProgressReports } from './progress-reports';
import type { SessionControl } from './session-control';
import type { ModelKind, WebModel } from './web-model';

export type TrainingParts = {
  readonly config: WebRunConfig;
  readonly images: DecodedImages;
  readonly checkpoints: KeptCheckpoints;
  readonly models: ModelKind;
  readonly device: DeviceKeeper;
  readonly control: SessionControl;
  readonly send: (event: TrainingEvent, transfer?: Transferable[]) => void;
  /** Milliseconds; default `performance.now`. */
  readonly clock?: () => number;
};

/** Devices lost in a row without a step between them, after which training gives up. */
const FRUITLESS = 3;
/** A tab is easily closed: no more than this is ever lost. */
const LONGEST_STRETCH_SECONDS = 120;
/** How long what is under way on a broken device may take to fail. */
const PATIENCE_MS = 2000;

/**
 * Trains a run from its last checkpoint, or from the beginning, to its end or until the page stops it. When the device is
 * lost, it goes on from the last checkpoint on a new one: a life of the training for each device.
 */
export async function train(parts: TrainingParts): Promise<void> {
  const { device, control, send } = parts;
  let reached = 0;
  let fruitless = 0;
  let isRecovered = false;
  const history = createHistory();
  try {
    for (;;) {
      const life = startLife(parts, history, isRecovered);
      try {
        return await device.guard(life.run);
      } catch (error) {
        life.seal();
        control.interrupt();
        // What is still under way on a broken device fails by itself, soon; and if it should not, it is left alone.
        await Promise.race([life.run.catch(() => {}), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
        fruitless = life.step() > reached ? 0 : fruitless + 1;
        reached = Math.max(reached, life.step());
        if (!isDeviceLoss(error) || control.wish === 'stop' || fruitless >= FRUITLESS) throw error;
        send({ type: 'device-lost', step: life.step(), message: (error as Error).message });
      } finally {
        life.dispose();
      }
      await device.recover();
      isRecovered = true;
    }
  } finally {
    control.end();
  }
}

/** Training on one device, to its end or to the device's. */
function startLife(given: TrainingParts, history: RunHistory, isRecovered: boolean) {
  const { config, models, device } = given;
  const { store: kept, seal } = given.checkpoints.forLife();
  const store = history.keptIn(kept);
  let isSealed = false;
  const send: TrainingParts['send'] = (event, transfer) => {
    if (isSealed) return;
    history.note(event);
    given.send(event, transfer);
  };
  let model: WebModel | undefined;
  let trainer: Trainer | undefined;

  async function run(): Promise<void> {
    model = models.createModel(config.model as never);
    trainer = createTrainer({
      model,
      ...config.training,
      onWarning: (message) => send({ type: 'warning', code: 'training', message }),
    });
    if ((await store.list()).length > 0) await trainer.resume(store);
    const { step } = trainer.progress;
    if (isRecovered) send({ type: 'device-recovered', step, device: device.current().device });
    else if (step > 0) {
      const before = await history.recall(store, step);
      if (before) given.send(before);
    }
    await trainOn({ ...given, send }, trainer, store);
  }

  return {
    run: run(),
    step: () => trainer?.progress.step ?? 0,
    seal() {
      isSealed = true;
      seal();
    },
    dispose() {
      try {
        trainer?.dispose();
        model?.dispose();
      } catch {
        // tensors of a lost device are gone already
      }
    },
  };
}

/** Trains in stretches, between which the page's wishes are fulfilled. */
async function trainOn(
  { config, images, control, send, clock }: TrainingParts,
  trainer: Trainer,
  store: CheckpointStore,
): Promise<void> {
  const { progress } = trainer;
  const { steps, samples, lossParts } = config;
  const { imageShape, classNames } = images;
  const plain = datasetOf(images);
  const unlabelled = config.conditional ? plain : withoutLabels(plain);
  const dataset = config.flip ? horizontalFlip(unlabelled, { seed: config.training.seed }) : unlabelled;
  const reports = createProgressReports(steps, send);
  /** What is told with a delay is told before there is a checkpoint of it. */
  const reported: CheckpointStore = {
    ...store,
    async write(step, files) {
      reports.flush();
      await store.write(step, files);
    },
  };
  let isResting = false;
  let areSamplesOwed = false;

  const drawNow = async (signal: AbortSignal) => {
    reports.flush();
    areSamplesOwed = true;
    try {
      const drawn = await drawSamples(trainer, config, { imageShape, classNames, signal });
      send(drawn, [drawn.pixels.buffer]);
      areSamplesOwed = false;
    } catch (error) {
      if (!signal.aborted) throw error; // drawn again when training goes on
    }
  };

  const showLoss = async () => send({ type: 'loss-parts', ...(await trainer.lossParts(dataset)) });
  const occasions = (signal: AbortSignal) => [
    ...(samples ? [{ ...samples.every, at: samples.at, atEnd: true, run: () => drawNow(signal) }] : []),
    ...(lossParts ? [{ ...lossParts, run: showLoss }] : []),
  ];

  for (;;) {
    await control.doTasks();
    if (control.wish === 'stop') break;
    if (control.wish === 'pause') {
      if (!isResting) send({ type: 'paused', step: progress.step });
      isResting = true;
      await control.rest();
      continue;
    }
    if (isResting) send({ type: 'resumed', step: progress.step });
    isResting = false;
    const signal = control.stretch();
    if (areSamplesOwed) await drawNow(signal);
    const { status } = await trainer.fit(dataset, {
      steps,
      signal,
      checkpoints: { store: reported, every: { seconds: LONGEST_STRETCH_SECONDS, ...config.checkpointEvery } },
      every: occasions(signal),
      callbacks: { onStep: reports.step },
      ...(clock && { clock }),
    });
    reports.flush();
    if (status === 'finished' && !areSamplesOwed) break;
  }
  send({ type: 'done', status: progress.step >= steps ? 'finished' : 'stopped', step: progress.step });
}

function withoutLabels(dataset: ReturnType<typeof datasetOf>): ReturnType<typeof datasetOf> {
  const { length, imageShape } = dataset;
  return { length, imageShape, read: async (index, epoch) => ({ ...(await dataset.read(index, epoch)), label: -1 }) };
}

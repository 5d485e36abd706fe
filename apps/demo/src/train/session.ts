import {
  pauseWhenHidden,
  persistStorage,
  type Training,
  type TrainingControl,
  type TrainingEvent,
} from '@denoiser/backend-web';
import { effect } from '@preact/signals';
import { type Engine, isSwitched, withEngine } from '../engine/engine';
import { loadModel } from '../sample/load';
import { saveFile } from '../save/save-file';
import { showTab } from '../tab';
import { inThePagesWords } from '../ui/in-the-pages-words';
import { train } from '../words/train';
import { entries } from './dataset';
import { networkOf } from './network';
import {
  announcement,
  batchSize,
  checkpointAt,
  colours,
  DEFAULT_NAME,
  failure,
  learningRate,
  losses,
  lossParts,
  moreOptions,
  pausesHidden,
  prediction,
  progress,
  run,
  runName,
  runs,
  samples,
  secondsLeft,
  session,
  size,
  stage,
  steps,
  warnings,
  width,
} from './state';
import { createPace } from './time-left';

/** The first come early: then most changes from one to the next. */
const PREVIEWS = {
  every: { steps: 100 },
  at: [1, 10, 25, 50],
  count: 12,
  sampler: 'dpmpp-2m',
  steps: 16,
  guidance: 1,
};

const { said } = train;
const pace = createPace();

/** Trains a new network on the pictures that were gathered, in place of a kept run of that name. */
export const startTraining = (): Promise<void> =>
  attempt(({ client }, control) => {
    // Asked for with the user's press of the button; without it the browser may clear runs when it runs out of space.
    void persistStorage().catch(() => false);
    return client.train({
      run: runName.value.trim() || DEFAULT_NAME,
      ifExists: 'replace',
      images: entries.value.map(({ name, className, source }) => ({ name, source, className: className || undefined })),
      size: Number(size.value),
      channels: colours.value === 'grey' ? 1 : 3,
      model: networkOf(size.value, width.value),
      training: {
        batchSize: batchSize.value,
        learningRate: Number(learningRate.value),
        // Over the run, whatever its length: where it goes on to another end, there is something to learn again.
        learningRateSchedule: { type: 'cosine', warmup: Math.min(50, Math.ceil(steps.value / 10)) },
        maxGradientNorm: 1,
        process: { type: 'cosine', steps: 1000 },
        prediction: prediction.value,
        ema: { type: 'decay', decay: 0.998, startStep: 0, warmup: true },
        labelDropoutPer: 'sample',
        ...moreOptions.value,
      },
      steps: steps.value,
      checkpointEvery: { seconds: 10 }, // no more is lost than that, whatever happens to the page
      samples: PREVIEWS,
      lossParts: { seconds: 1 },
      ...control,
    });
  });

/** Goes on with a run that the browser kept. */
export const resumeTraining = (name: string, until?: number): Promise<void> =>
  attempt(({ client }, control) => client.resumeRun(name, { steps: until, ...control }));

/**
 * Follows a training to its end. What is shown of the one before stays until this one has begun. Where the device is changed
 * it goes on from its last checkpoint on the other one, or begins there if nothing was trained yet.
 */
async function attempt(begin: (engine: Engine, control: TrainingControl) => Training): Promise<void> {
  if (session.value || stage.value === 'preparing') return;
  const before = stage.value;
  let hasBegun = false;
  let hasTrained = false;
  stage.value = 'preparing';
  failure.value = undefined;
  announcement.value = said.preparing;
  isPausedByUser = false;

  const follow = async (engine: Engine) => {
    let isFirst = true;
    const control: TrainingControl = {
      onEvent(event) {
        if (!hasBegun) clearRecords(training);
        if (isFirst) stage.value = 'training';
        isFirst = false;
        hasBegun = true;
        hasTrained ||= event.type === 'progress';
        take(event);
      },
    };
    const training = hasTrained ? engine.client.resumeRun(run.value as string, control) : begin(engine, control);
    session.value = training;
    if (isPausedByUser) training.pause().catch(() => {}); // what went wrong the training itself says
    try {
      await training;
    } catch (error) {
      if (!isSwitched(error)) throw error;
      session.value = undefined;
      if (stage.value === 'stopping') {
        announcement.value = said.stopped(checkpointAt.value ?? 0);
        return;
      }
      restPace();
      stage.value = 'preparing';
      announcement.value = said.deviceChanges(checkpointAt.value ?? 0);
      throw error;
    }
  };

  try {
    await withEngine(follow);
  } catch (error) {
    failure.value = inThePagesWords(error);
    announcement.value = '';
  } finally {
    session.value = undefined;
    stage.value = hasBegun ? 'ended' : before;
    await listRuns();
  }
}

/** Until it is known again how fast training goes. */
function restPace(): void {
  pace.rest();
  secondsLeft.value = undefined;
}

function clearRecords({ run: name }: Training): void {
  warnings.value = [];
  losses.value = [];
  samples.value = [];
  progress.value = undefined;
  lossParts.value = undefined;
  checkpointAt.value = undefined;
  restPace();
  run.value = name;
}

function take(event: TrainingEvent): void {
  switch (event.type) {
    case 'progress':
      pace.record(event.step, performance.now());
      secondsLeft.value = pace.secondsTo(event.steps);
      progress.value = event;
      losses.value = [...recordsBefore(losses.value, event.losses[0]?.step), ...event.losses];
      break;
    case 'history': // of a run that goes on
      losses.value = event.losses;
      samples.value = event.samples;
      break;
    case 'samples':
      samples.value = [...recordsBefore(samples.value, event.step), event];
      announcement.value = said.samples(event.step);
      break;
    case 'loss-parts':
      lossParts.value = event;
      break;
    case 'checkpoint':
      checkpointAt.value = event.step;
      break;
    case 'warning':
      warn(event.code, event.message);
      break;
    case 'paused':
      restPace();
      stage.value = 'paused';
      announcement.value = said.paused(event.step);
      break;
    case 'resumed':
      stage.value = 'training';
      announcement.value = said.resumed(event.step);
      break;
    case 'device-lost':
      warn(event.type, event.message);
      break;
    case 'device-recovered':
      announcement.value = said.deviceLost(event.step);
      break;
    case 'done':
      announcement.value = event.status === 'finished' ? said.trained(event.step) : said.stopped(event.step);
      break;
  }
}

/** Shows a sentence. That of a full storage comes with every checkpoint: the last one stands for those before. */
function warn(kind: string, message: string): void {
  const isRepeated = kind.startsWith('storage-');
  const others = isRepeated ? warnings.value.filter((other) => other.kind !== kind) : warnings.value;
  warnings.value = [...others, { kind, message }];
}

/** Records before a step: what came after a checkpoint is trained again. */
function recordsBefore<T extends { readonly step: number }>(records: readonly T[], step = Infinity): readonly T[] {
  const last = records.at(-1);
  return last && last.step >= step ? records.filter((record) => record.step < step) : records;
}

let isPausedByUser = false;

export async function pause(): Promise<void> {
  isPausedByUser = true;
  stage.value = 'pausing';
  await session.value?.pause().catch(ignoreSwitch);
}

export async function goOn(): Promise<void> {
  isPausedByUser = false;
  await session.value?.resume().catch(ignoreSwitch);
}

export async function stop(): Promise<void> {
  stage.value = 'stopping';
  await session.value?.stop().catch(ignoreSwitch);
}

/** The training itself goes on with the next device. */
function ignoreSwitch(error: unknown): void {
  if (!isSwitched(error)) throw error;
}

effect(() => {
  const running = session.value;
  if (running && pausesHidden.value) return pauseWhenHidden(running, { isPausedByUser: () => isPausedByUser });
});

// What was trained since the last checkpoint would be lost, and the rest would have to be found and resumed.
effect(() => {
  if (!session.value) return;
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener('beforeunload', ask);
  return () => removeEventListener('beforeunload', ask);
});

/** Asks what runs the browser keeps. A storage that can't be read is a sentence, not a broken page. */
export async function listRuns(): Promise<void> {
  try {
    runs.value = await withEngine(({ client }) => client.runs());
  } catch (error) {
    runs.value = [];
    failure.value ??= inThePagesWords(error);
  }
}

const weightsOf = (name: string): Promise<Blob> =>
  withEngine(async ({ client }) => new Blob([await client.download(name)]));

const fileOf = (name: string) => `${name}.safetensors`;

/** The averaged weights as a file that this page, the command and PyTorch read. */
export async function downloadRun(name: string): Promise<void> {
  await orFail(async () => saveFile(await weightsOf(name), fileOf(name)));
}

/** The run's network in the sample tab. */
export async function sampleFrom(name: string): Promise<void> {
  await orFail(async () => {
    const file = await weightsOf(name);
    showTab('sample');
    await loadModel({ name: fileOf(name), read: async () => file }); // as it is called where it was downloaded
  });
}

export async function deleteRun(name: string): Promise<void> {
  await orFail(() => withEngine(({ client }) => client.deleteRun(name)));
  await listRuns();
}

async function orFail(action: () => Promise<void>): Promise<void> {
  try {
    failure.value = undefined;
    await action();
  } catch (error) {
    failure.value = inThePagesWords(error);
  }
}

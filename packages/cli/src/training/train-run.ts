import { clearRunFolder, fileCheckpointStore, lockFolder, prepareFolder } from '@denoiser/backend-node';
import { DenoiserError, isDenoiserError } from '@denoiser/errors';
import { createProcess, signalWarning } from '@denoiser/schedules';
import type { RunLength, Trainer } from '@denoiser/trainer';
import { readCheckpoint } from '@denoiser/trainer/parts';
import { aboutRun, factsOf } from '../about-run';
import { commandLine } from '../command-line';
import type { RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { openRunRecord } from '../record/run-record';
import { clearLater, runPaths, writeConfig } from '../run-folder';
import { count } from '../text';
import { beginWith } from './begin-with';
import { createForecast } from './forecast';
import { lengthByTime, limitsOf, secondsLeft } from './limits';
import { type OpenParts, openParts } from './open-parts';
import { createPreviews } from './previews';
import type { Reporter } from './reporter';
import { trainToEnd } from './train-to-end';
import type { TrainedRun } from './trained-run';
import { describeTrial, settled, trial, worthOf } from './trial';

export interface TrainingRun {
  folder: string;
  config: RunConfig;
  start: 'anew' | 'resume';
  /** The length that this call asks for: refused where the run is beyond it already. */
  length?: { readonly steps?: number; readonly epochs?: number };
  /** Seconds after which training ends in any case, with a checkpoint and a grid. */
  seconds?: number | undefined;
  /** Tells what the run needs, and writes nothing. */
  isDryRun?: boolean | undefined;
}

/** How a run is watched and ended. */
export interface Watching {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Told before the run folder is touched. */
  onWriting?(): void;
  /**
   * Told when training begins, with its length and the steps done before: what a display needs. Of a run whose length is a time the
   * steps are infinite.
   */
  onTraining?(run: RunLength & { readonly first: number }): void | Promise<void>;
}

type Progress = Trainer['progress'];

/** The folder of a run, while this process has it. */
interface FolderOfRun {
  /** Makes it this process's. */
  take(): Promise<void>;
  /** @throws DenoiserError where it is not there any more. */
  check(): Promise<void>;
}

/**
 * Trains a run, from the beginning or from its latest checkpoint, to the end or to the signal; one process at a time.
 *
 * @throws DenoiserError in one sentence; until all of the request is found right, nothing is written.
 */
export async function trainRun(run: TrainingRun, watching: Watching): Promise<TrainedRun> {
  let lock = run.start === 'resume' ? await lockFolder(run.folder) : undefined;
  try {
    return await train(run, watching, {
      async take() {
        watching.onWriting?.();
        await prepareFolder(run.folder);
        lock ??= await lockFolder(run.folder);
      },
      check: async () => lock?.check(),
    });
  } finally {
    await lock?.release();
  }
}

async function train(run: TrainingRun, watching: Watching, folderOfRun: FolderOfRun): Promise<TrainedRun> {
  const { folder, start, isDryRun } = run;
  const { reporter, signal } = watching;
  const opened = await openParts(run.config, watching);
  const { model, trainer, dataset } = opened;
  const { progress } = trainer;
  const paths = runPaths(folder);
  try {
    // Only now, when nothing is wrong with the request, is the run folder touched.
    if (!isDryRun) await folderOfRun.take();
    const isNew = start === 'anew';
    if (isNew) warnOfSignal(opened.config, reporter);
    const keep = opened.config.keep || Number.POSITIVE_INFINITY;
    const store = fileCheckpointStore(paths.checkpoints, { keep });
    if (!isNew) {
      // Before what has changed since is told: that training goes on would not be true.
      checkLength(run.length, (await readCheckpoint(store)).state);
      await trainer.resume(store);
    }
    const planned = goingOnFor(opened.config, run.seconds, progress);
    const isByTime = planned.seconds !== null;
    const seconds = isByTime ? secondsLeft(planned, progress) : run.seconds;
    const untimed = trainer.runLength(dataset, limitsOf(planned));
    if (isNew) reporter.onPreparing?.('Trying two steps and a grid …');
    const tried = isNew ? await trial(opened, signal) : undefined;
    const perStep = tried?.costs.step ?? (progress.seconds ?? 0) / Math.max(1, progress.step);
    const length = isByTime ? lengthByTime(untimed, progress.step, seconds ?? 0, perStep || 1) : untimed;
    const parts = { ...opened, config: settled(planned, length, tried?.costs) };
    const { config } = parts;
    const onDrawing = (done: number, total: number) => reporter.onDrawing?.(done, total);
    const previews = createPreviews({ ...parts, paths, signal, onDrawing });
    const outcome = (status: TrainedRun['status'], firstStep: number): TrainedRun => ({
      ...{ folder, status, paths, firstStep },
      step: progress.step,
      samples: previews.path(),
    });
    const about = {
      ...aboutRun({ ...parts, length }),
      ...(isDryRun && config.from === null && config.network.type === 'original' && RECOMMENDED),
      ...(tried && describeTrial(parts, tried, { length, limit: seconds })),
    };
    if (isDryRun) {
      await reporter.onBegin?.(about, { folder, config });
      return outcome('tried', 0);
    }
    // Read before the old run goes: it may be the one that this begins with, or be missing.
    const beginning = isNew ? await startFrom(parts) : {};
    if (isNew) await clearRunFolder(folder);
    else clearLater(paths, progress);
    await writeConfig(paths, config);
    const firstStep = progress.step;
    await reporter.onBegin?.(
      {
        ...about,
        ...beginning,
        ...(firstStep > 0 && { 'goes on': `after step ${firstStep.toLocaleString('en')}` }),
        'run folder': folder,
      },
      { folder, config },
    );
    const unknown = { steps: Number.POSITIVE_INFINITY, epochs: Number.POSITIVE_INFINITY };
    await watching.onTraining?.({ ...length, ...(isByTime && unknown), first: firstStep });
    const forecast = createForecast({
      ...{ length, first: firstStep, costs: tried?.costs, worth: worthOf(parts), limit: seconds, isByTime },
      ...{ grids: config.sampleEvery, checkpoints: config.checkpointEvery },
    });
    const noiseSteps = config.training.process.steps;
    const record = await openRunRecord({
      paths,
      resumedAt: firstStep,
      noiseSteps,
      facts: factsOf({ ...parts, length }),
    });
    try {
      await trainToEnd({
        ...parts,
        length,
        held: parts.images.validation,
        store,
        paths,
        record,
        reporter,
        signal,
        previews,
        forecast,
        seconds,
        checkFolder: folderOfRun.check,
      });
    } catch (error) {
      throw isDivergence(error) && (await store.list()).length > 0 ? withAdvice(error, folder, config) : error;
    }
    const isFinished = isByTime ? secondsLeft(config, progress) === 0 : progress.step >= length.steps;
    const ended = outcome(isFinished ? 'finished' : signal.aborted ? 'stopped' : 'out-of-time', firstStep);
    await reporter.onEnd?.(ended);
    return ended;
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Returns the configuration of a run that goes on for so many seconds, where time is its length. */
function goingOnFor(config: RunConfig, seconds: number | undefined, { seconds: taken = 0 }: Progress): RunConfig {
  return config.seconds === null || seconds === undefined ? config : { ...config, seconds: taken + seconds };
}

/** What trials found, for whoever did not come for the original program's network. */
const RECOMMENDED = { recommended: '--network unet2d, which learns more at the same cost' };

/** Tells where sampling will begin elsewhere than training ends. */
function warnOfSignal({ training }: RunConfig, reporter: Reporter): void {
  const warning = signalWarning(createProcess(training.process));
  if (warning) reporter.onWarning?.(warning);
}

/** A run that is asked to end before where it is keeps the configuration that it has. */
function checkLength(
  { steps = Number.POSITIVE_INFINITY, epochs = Number.POSITIVE_INFINITY }: TrainingRun['length'] = {},
  { step, epochsDone }: { readonly step: number; readonly epochsDone: number },
): void {
  const asked = steps < step ? `\`steps\` ${steps}` : epochs < epochsDone && `\`epochs\` ${epochs}`;
  if (!asked) return;
  throw new CommandError(
    'option-invalid',
    `${asked} would end this run before where it is, after ${count(step, 'step')}; give more, or leave it out.`,
  );
}

async function startFrom({ config, trainer }: OpenParts): Promise<Record<string, string>> {
  if (config.from === null) return {};
  return { 'begins with': await beginWith(config.from, trainer, config.classNames) };
}

const isDivergence = (error: unknown): error is DenoiserError =>
  isDenoiserError(error) && error.code === 'training-diverged';

function withAdvice(error: DenoiserError, folder: string, { training }: RunConfig): DenoiserError {
  const lower = Number((training.learningRate / 3).toPrecision(1));
  return new DenoiserError(
    error.code,
    `${error.message.replace(/\.$/, '')}: ${commandLine(['resume', folder, '--lr', `${lower}`])}`,
  );
}

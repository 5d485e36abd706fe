import { createSchedule, type Schedule } from '@denoiser/schedules';
import { createAdamW } from './adamw';
import { powerEmaPart, timestepsPart, variablesPart } from './checkpoint-parts';
import { createEma } from './ema/ema';
import { createPowerEma } from './ema/post-hoc';
import { type StartedFrom, type StartOptions, startFrom } from './fine-tune';
import { fit } from './fit';
import type { FitOptions, FitResult } from './fit-options';
import { LEARNING_RATE_SCHEDULES } from './learning-rate/index';
import { trainingFormOf } from './network';
import { createObjective } from './objective/objective';
import { makeKind } from './options/kinds';
import { type OwnInput, separateOwn } from './options/own';
import { badOption } from './options/settings';
import { resolveOptions, type TrainingOptions, type TrainingOptionsInput } from './options/training-options';
import { type Preflight, type PreflightOptions, preflight } from './preflight';
import { type ResumedFrom, type ResumeOptions, resume } from './resume';
import type { Progress, Run } from './run';
import { lengthOf, type RunLength, type RunLimits } from './run-length';
import { firstTimestep, TIMESTEP_SAMPLERS } from './timesteps/index';
import type { CheckpointStore, ImageDataset, TrainableModel } from './types';
import { watchTraining } from './watch';

/** The options of a trainer: those of training, of which some may be functions of one's own, and the model. */
export type TrainerOptions = Omit<TrainingOptionsInput, keyof OwnInput> & {
  readonly [Name in keyof OwnInput]?: TrainingOptionsInput[Name] | OwnInput[Name];
} & {
  model: TrainableModel;
  /** Told, in a sentence, what the user should know though training goes on. Default: nobody. */
  onWarning?: (message: string) => void;
};

export type Trainer = {
  readonly model: TrainableModel;
  /** The options with their defaults filled in. */
  readonly options: TrainingOptions;
  readonly progress: Readonly<Progress>;
  /** The averaged parameters, which sample better than the live ones; the trainer owns them. */
  readonly emaParameters: TrainableModel['parameters'];
  /** What training will need, from two trial steps that leave no trace: memory, time, kernels. */
  preflight(dataset: ImageDataset, options?: PreflightOptions): Promise<Preflight>;
  /** Returns how long a run on these images is, from where it stands; `fit` ends by it. */
  runLength(dataset: Pick<ImageDataset, 'length'>, limits: RunLimits): RunLength;
  /** Trains until there have been so many epochs or steps in all, counting those before a resume. */
  fit(dataset: ImageDataset, options: FitOptions): Promise<FitResult>;
  /** Goes on from a checkpoint: weights, moments, average, step and place in the data. Call it before `fit`. */
  resume(store: CheckpointStore, options?: ResumeOptions): Promise<ResumedFrom>;
  /** Puts another run's weights into the model and its average before the first step; its classes may be others. */
  startFrom(store: CheckpointStore, options?: StartOptions): Promise<StartedFrom>;
  /** Frees the moments and the average; the model belongs to the caller. */
  dispose(): void;
};

/**
 * A trainer for denoising diffusion (Ho et al. 2020, arXiv:2006.11239, algorithm 1). By default as the original program:
 * loss = MSE(ε, ε_θ(x_t, t)), t uniform in 1 … T − 1, AdamW, an average of the weights. Every random number is a pure function of (seed, step), so that a run that
 * was stopped and resumed ends bit for bit like one that wasn't, on one backend.
 *
 * Errors: `DenoiserError` for an option out of range.
 */
export function createTrainer({ model, onWarning = () => {}, ...input }: TrainerOptions): Trainer {
  const { input: json, own } = separateOwn(input);
  const options = resolveOptions(json as TrainingOptionsInput);
  const schedule = createSchedule(options.process);
  check(model, options, schedule);
  const optimizer = createAdamW(model.parameters, options);
  const ema = createEma(model.parameters, own.ema ?? options.ema);
  const powerEma = options.postHocEma ? createPowerEma(model.parameters, options.postHocEma) : undefined;
  const timesteps = (own.timesteps ?? makeKind(TIMESTEP_SAMPLERS, options.timesteps))(schedule.steps);
  const run: Run = {
    model,
    schedule,
    options,
    optimizer,
    rateFactor: own.learningRateSchedule ?? makeKind(LEARNING_RATE_SCHEDULES, options.learningRateSchedule),
    objective: createObjective(schedule, options, own.weighting),
    timesteps,
    ema,
    ...(powerEma && { powerEma }),
    progress: { step: 0, epochsDone: 0, position: 0 },
    length: Infinity,
    parts: [
      variablesPart(model, 'model.safetensors', [{ what: 'The parameter', variables: model.parameters }]),
      variablesPart(model, 'ema.safetensors', [{ what: 'The average', variables: ema.parameters }]),
      variablesPart(model, 'optimizer.safetensors', [
        { what: 'The first moment', prefix: 'm.', variables: optimizer.firstMoments },
        { what: 'The second moment', prefix: 'v.', variables: optimizer.secondMoments },
      ]),
      ...(powerEma ? [powerEmaPart(model, powerEma)] : []),
      ...(timesteps.memory ? [timestepsPart(timesteps.memory)] : []),
    ],
    watch: watchTraining({ isClipped: options.maxGradientNorm !== null, onWarning }),
    onWarning,
  };
  return {
    model,
    options,
    progress: run.progress,
    emaParameters: run.ema.parameters,
    preflight: (dataset, preflightOptions) => preflight(run, dataset, preflightOptions),
    runLength: (dataset, limits) => lengthOf(run, dataset, limits),
    fit: (dataset, fitOptions) => fit(run, dataset, fitOptions),
    resume: (store, resumeOptions) => resume(run, store, resumeOptions),
    startFrom: (store, startOptions) => startFrom(run, store, startOptions),
    dispose() {
      run.optimizer.dispose();
      run.ema.dispose();
      run.powerEma?.dispose();
    },
  };
}

function check(model: TrainableModel, options: TrainingOptions, { steps, zeroTerminalSnr }: Schedule): void {
  const first = firstTimestep(options);
  if (steps <= first) {
    throw badOption(
      `The process has ${steps} step${steps === 1 ? '' : 's'}, and the first to be trained is ${first}; give a larger \`process.steps\` or a smaller \`timesteps.first\`.`,
    );
  }
  if (zeroTerminalSnr && options.prediction === 'epsilon') {
    throw badOption(
      'The process has zero terminal SNR, with which a network that predicts ε cannot be sampled; predict v or x0, or leave `process.zeroTerminalSnr` out.',
    );
  }
  if (options.dropout > 0) trainingFormOf(model, 'dropout');
  if (options.recompute) trainingFormOf(model, 'recompute');
}

import { describeValue, isObject } from '@denoiser/errors';
import { createProcess } from '@denoiser/schedules';
import { createAdamW } from './adamw';
import { powerEmaPart, timestepsPart, variablesPart } from './checkpoint-parts';
import { createEma } from './ema/ema';
import { createPowerEma } from './ema/post-hoc';
import { type StartedFrom, type StartOptions, type StartWeights, startFrom } from './fine-tune';
import { fit } from './fit';
import type { FitOptions, FitResult } from './fit-options';
import { LEARNING_RATE_SCHEDULES } from './learning-rate/index';
import { type LossParts, lossParts } from './loss-parts';
import { trainingFormOf } from './network';
import { createObjective } from './objective/objective';
import { makeKind } from './options/kinds';
import { type OwnInput, separateOwn } from './options/own';
import { badOption } from './options/settings';
import { resolveOptions, type TrainingOptions, type TrainingOptionsInput } from './options/training-options';
import { type Preflight, type PreflightOptions, preflight } from './preflight';
import { type ResumedFrom, type ResumeOptions, resume } from './resume';
import { checkRoom } from './room';
import type { Progress, Run } from './run';
import { lengthOf, type RunLength, type RunLimits } from './run-length';
import { firstTimestep, TIMESTEP_SAMPLERS } from './timesteps/index';
import type { TrainedProcess } from './trained-process';
import type { CheckpointStore, ImageDataset, TrainableModel } from './types';
import { watchTraining } from './watch';

/** Options of `createTrainer`: the model, and the options of training, some of which may be functions of one's own. */
export type TrainerOptions = Omit<TrainingOptionsInput, keyof OwnInput> & {
  readonly [Name in keyof OwnInput]?: TrainingOptionsInput[Name] | OwnInput[Name];
} & {
  model: TrainableModel;
  /** Called with a sentence that the user should know though training goes on. */
  onWarning?: (message: string) => void;
};

/** A training run of one model. */
export type Trainer = {
  readonly model: TrainableModel;
  /** The options with their defaults filled in. */
  readonly options: TrainingOptions;
  /** Where the run stands. */
  readonly progress: Readonly<Progress>;
  /** The averaged parameters, which give better samples than the live ones. The trainer owns them. */
  readonly emaParameters: TrainableModel['parameters'];
  /** Measures what training needs (memory, time, kernels) by two trial steps that leave no trace. */
  preflight(dataset: ImageDataset, options?: PreflightOptions): Promise<Preflight>;
  /** Returns the length of the run on these images, from where it stands. `fit` ends by it. */
  runLength(dataset: Pick<ImageDataset, 'length'>, limits: RunLimits): RunLength;
  /**
   * Trains until so many epochs or steps are done in all, those before a resume included.
   *
   * @throws DenoiserError `option-invalid`, `dataset-…` if an image does not fit, `training-diverged` if the loss or a weight is not finite.
   */
  fit(dataset: ImageDataset, options: FitOptions): Promise<FitResult>;
  /**
   * Restores the run from a checkpoint: weights, moments, averages, step and place in the data. Call it before `fit`.
   *
   * @throws DenoiserError `checkpoint-…`; then nothing has changed.
   */
  resume(store: CheckpointStore, options?: ResumeOptions): Promise<ResumedFrom>;
  /** Returns what the loss of the next step's first image is made of, to be looked at: pictures, noise and numbers. It changes nothing. */
  lossParts(dataset: ImageDataset): Promise<LossParts>;
  /** Copies the weights of another run, or of a file, into the model and its averages before the first step. Their classes may differ. */
  startFrom(source: CheckpointStore | StartWeights, options?: StartOptions): Promise<StartedFrom>;
  /** Frees the moments and the averages. The model belongs to the caller. */
  dispose(): void;
};

/**
 * Creates a trainer for denoising diffusion (Ho et al. 2020, arXiv:2006.11239, algorithm 1). By default it trains as the
 * original program: loss = MSE(ε, ε_θ(x_t, t)), t uniform in 1 … T − 1, AdamW, an average of the weights. Every random number
 * is a pure function of (seed, step): on one backend, a run that was stopped and resumed ends bit for bit like one that was not.
 *
 * `createTrainer({ model, process: { type: 'cosine' }, seed: 1, batchSize: 8 })`
 *
 * @throws DenoiserError `option-invalid` that names the option and its range, or the nearest name.
 */
export function createTrainer(given: TrainerOptions): Trainer {
  if (!isObject(given))
    throw badOption(`createTrainer takes an object such as \`{ model }\`, not ${describeValue(given)}.`);
  const { model, onWarning = () => {}, ...input } = given;
  const { input: json, own } = separateOwn(input);
  const options = resolveOptions(json as TrainingOptionsInput);
  const process = createProcess(options.process) as TrainedProcess;
  check(model, options, process);
  checkRoom(model, 3 + (options.postHocEma?.sigmaRel.length ?? 0));
  const optimizer = createAdamW(model.parameters, options);
  const ema = createEma(model.parameters, own.ema ?? options.ema);
  const powerEma = options.postHocEma ? createPowerEma(model.parameters, options.postHocEma) : undefined;
  const timesteps = (own.timesteps ?? makeKind(TIMESTEP_SAMPLERS, options.timesteps))(process.steps);
  const run: Run = {
    model,
    process,
    options,
    optimizer,
    rateFactor: own.learningRateSchedule ?? makeKind(LEARNING_RATE_SCHEDULES, options.learningRateSchedule),
    objective: createObjective(process, options, own.weighting),
    timesteps,
    ema,
    ...(powerEma && { powerEma }),
    progress: { step: 0, epochsDone: 0, position: 0 },
    length: Infinity,
    microBatchSize: options.microBatchSize,
    fits: 0,
    isTorn: false,
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
    lossParts: (dataset) => lossParts(run, dataset),
    startFrom: (source, startOptions) => startFrom(run, source, startOptions),
    dispose() {
      run.optimizer.dispose();
      run.ema.dispose();
      run.powerEma?.dispose();
    },
  };
}

function check(model: TrainableModel, options: TrainingOptions, process: TrainedProcess): void {
  const { steps } = process;
  const first = firstTimestep(options);
  if (steps <= first) {
    throw badOption(
      `The process has ${steps} step${steps === 1 ? '' : 's'}, and the first to be trained is ${first}; give a larger \`process.steps\` or a smaller \`timesteps.first\`.`,
    );
  }
  if (process.kind === 'discrete') {
    if (process.zeroTerminalSnr && options.prediction === 'epsilon') {
      throw badOption(
        'The process has zero terminal SNR, with which a network that predicts ε cannot be sampled; predict v or x0, or leave `process.zeroTerminalSnr` out.',
      );
    }
  } else if (options.variance.type === 'learned-range') {
    throw badOption(
      `A learned variance is that of a step, and the process ${process.kind === 'angle' ? 'by angle' : 'of EDM'} has continuous time; leave \`variance\` out.`,
    );
  }
  if (process.kind === 'angle' && options.prediction === 'epsilon') {
    throw badOption(
      'The process by angle ends in noise alone, from which a network that predicts ε cannot be sampled; give `prediction` v or x0.',
    );
  }
  if (process.kind === 'sigma') checkEdm(options);
  if (model.timesAbove0) checkTimesAbove0(options, process);
  if (options.dropout > 0) trainingFormOf(model, 'dropout');
  if (options.recompute) trainingFormOf(model, 'recompute');
}

/** A network that takes the logarithm of the time gives NaN for others. */
function checkTimesAbove0({ timesteps }: TrainingOptions, { kind }: TrainedProcess): void {
  if (kind === 'sigma') {
    throw badOption(
      'The network takes the logarithm of the time that it is told, and the process of EDM tells it ln(σ)/4, which is below 0 for σ below 1; give another `process`, or a network with another time embedding.',
    );
  }
  if (timesteps.type === 'own' || timesteps.first > 0) return;
  throw badOption(
    'The network takes the logarithm of the time that it is told, and the first to be trained is 0; give a `timesteps.first` of 1 or more.',
  );
}

/** EDM's preconditioning says what the network learns, how errors count and how often which σ comes. */
function checkEdm({ prediction, weighting, timesteps }: TrainingOptions): void {
  const chosen =
    (prediction !== 'epsilon' && '`prediction`') ||
    ((weighting.type === 'min-snr' || weighting.type === 'p2') && '`weighting`') ||
    (timesteps.type !== 'own' && timesteps.first < 1 && '`timesteps.first`');
  if (chosen) throw badOption(`The process edm says itself what ${chosen} would choose; leave it out.`);
}

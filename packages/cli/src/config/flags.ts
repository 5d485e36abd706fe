import { CommandError } from '../errors';
import type { Interval } from '../options';
import { trainingFlags } from './training-flags';

/** The options of `denoiser train` as they stand on the command line: only those that were given. */
export interface TrainFlags {
  config?: string;
  out?: string;
  overwrite?: boolean;
  dryRun?: boolean;
  size?: number;
  conditional?: boolean;
  grey?: boolean;
  augment?: boolean;
  flip?: boolean;
  validation?: number;
  from?: string;
  epochs?: number;
  steps?: number;
  minutes?: number;
  hours?: number;
  batchSize?: number;
  microBatchSize?: number;
  lr?: number;
  lrSchedule?: 'constant' | 'cosine' | 'one-cycle';
  warmup?: number;
  clip?: number;
  weightDecay?: number;
  emaDecay?: number;
  emaHalfLife?: number;
  emaStart?: number;
  emaWarmup?: boolean;
  postHocEma?: boolean;
  dropoutLabels?: number;
  dropoutLabelsPer?: 'batch' | 'sample';
  dropout?: number;
  recompute?: boolean;
  seed?: number;
  prediction?: 'epsilon' | 'x0' | 'v';
  learnedVariance?: boolean;
  weighting?: 'uniform' | 'min-snr' | 'p2';
  timesteps?: 'uniform' | 'loss-second-moment';
  offsetNoise?: number;
  schedule?: 'linear' | 'cosine' | 'sigmoid';
  noiseSteps?: number;
  betaStart?: number;
  betaEnd?: number;
  baseWidth?: number;
  timeDim?: number;
  device?: string;
  samples?: number;
  sampleEvery?: Interval;
  checkpointEvery?: Interval;
  keep?: number;
  previewSteps?: number;
  guidance?: number;
}

type Json = Record<string, unknown>;

const SCHEDULE_TYPES = { linear: 'linear', cosine: 'cosine', sigmoid: 'sigmoid-alpha-bar' };
const ENDS = { betaStart: 1e-4, betaEnd: 0.02 };

/** `base`, the content of a configuration file or nothing, with the flags in the place of what it says. */
export function withFlags(base: Json, flags: TrainFlags): Json {
  const training = objectOf(base.training);
  const { epochs, steps } = flags;
  return {
    ...base,
    ...given(flags, ['size', 'conditional', 'augment', 'flip', 'validation', 'from', 'baseWidth', 'timeDim', 'device']),
    ...given(flags, ['samples', 'sampleEvery', 'checkpointEvery', 'keep', 'previewSteps', 'guidance']),
    ...(flags.grey !== undefined && { channels: flags.grey ? 1 : 3 }),
    ...((epochs ?? steps) !== undefined && { epochs: epochs ?? null, steps: steps ?? null }),
    training: {
      ...training,
      ...plainOptions(flags),
      ...(flags.postHocEma !== undefined && { postHocEma: flags.postHocEma ? (training.postHocEma ?? {}) : null }),
      ...kind(
        'schedule',
        training,
        flags.schedule && SCHEDULE_TYPES[flags.schedule],
        'linear',
        noiseOf(training, flags),
      ),
      ...kind('learningRateSchedule', training, flags.lrSchedule, 'constant', given(flags, ['warmup'])),
      ...kind('variance', training, varianceOf(flags), 'fixed', {}),
      ...kind('weighting', training, flags.weighting, 'uniform', {}),
      ...kind('timesteps', training, flags.timesteps, 'uniform', {}),
      ...kind('ema', training, emaTypeOf(flags), 'decay', {
        ...(flags.emaDecay !== undefined && { decay: flags.emaDecay }),
        ...(flags.emaHalfLife !== undefined && { halfLife: flags.emaHalfLife }),
        ...(flags.emaStart !== undefined && { startStep: flags.emaStart }),
        ...given({ warmup: flags.emaWarmup }, ['warmup']),
      }),
    },
  };
}

/** What flags say of the trainer's options that have none of their own. */
const plainOptions = (flags: TrainFlags): Json =>
  Object.fromEntries(
    trainingFlags().flatMap(({ option, key }) => {
      const value = (flags as Json)[key];
      return value === undefined ? [] : [[option, value]];
    }),
  );

/** An option that has kinds: another kind begins anew, the same one is changed. */
function kind(name: string, training: Json, type: string | undefined, usual: string, fields: Json): Json {
  if (type === undefined && Object.keys(fields).length === 0) return {};
  const before = objectOf(training[name]);
  const chosen = type ?? before.type ?? usual;
  return { [name]: { ...(chosen === (before.type ?? usual) && before), type: chosen, ...fields } };
}

function noiseOf(training: Json, flags: TrainFlags): Json {
  const before = objectOf(training.schedule);
  const type = flags.schedule ? SCHEDULE_TYPES[flags.schedule] : (before.type ?? 'linear');
  const fields = {
    ...(flags.noiseSteps !== undefined && { steps: flags.noiseSteps }),
    ...given(flags, ['betaStart', 'betaEnd']),
  };
  if (flags.schedule === undefined && Object.keys(fields).length === 0) return {};
  // Steps are the run's, whatever the kind; the ends of β are said, since the kinds' own may differ.
  const steps = before.steps === undefined ? {} : { steps: before.steps };
  return { ...steps, ...(type === 'linear' && { ...ENDS, ...given(before, Object.keys(ENDS)) }), ...fields };
}

const varianceOf = ({ learnedVariance }: TrainFlags): string | undefined =>
  learnedVariance === undefined ? undefined : learnedVariance ? 'learned-range' : 'fixed';

function emaTypeOf({ emaDecay, emaHalfLife }: TrainFlags): string | undefined {
  if (emaDecay !== undefined && emaHalfLife !== undefined) {
    throw new CommandError(
      'bad-option',
      '--ema-decay and --ema-half-life say the same thing in two ways; give one of them.',
    );
  }
  return emaHalfLife !== undefined ? 'half-life' : emaDecay !== undefined ? 'decay' : undefined;
}

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

const given = <T extends object>(from: T, names: readonly (keyof T & string)[]): Json =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

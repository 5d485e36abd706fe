import type { RunLength, Trainer } from '@denoiser/trainer';
import type { RunConfig } from '../config/run-schema';

/** Returns when a run ends, as `fit` is told it; nothing for one whose length is a time. */
export const limitsOf = ({
  epochs,
  steps,
}: Pick<RunConfig, 'epochs' | 'steps'>): { epochs?: number; steps?: number } => ({
  ...(epochs !== null && { epochs }),
  ...(steps !== null && { steps }),
});

/**
 * Returns the configuration of a run that may take so many seconds. Where its learning rate falls with the run and nothing says how
 * long that is, the time is its length: the rate has fallen when it is up.
 */
export function lastingFor<Config extends LengthOfRun>(
  config: Config,
  seconds: number | undefined,
  isLengthGiven: boolean,
): Config {
  if (seconds === undefined || isLengthGiven || !fallsWithRun(config)) return config;
  return { ...config, epochs: null, steps: null, seconds };
}

type LengthOfRun = Pick<RunConfig, 'epochs' | 'steps' | 'seconds' | 'training'>;

const fallsWithRun = ({ training: { learningRateSchedule: rate } }: LengthOfRun): boolean =>
  'steps' in rate && rate.steps === null;

/** Returns the length of a run whose length is a time as it will be, at so many seconds a step. */
export function lengthByTime(
  length: RunLength,
  stepsDone: number,
  secondsLeft: number,
  secondsPerStep: number,
): RunLength {
  const stepsLeft = Math.max(1, Math.round(secondsLeft / secondsPerStep));
  const steps = stepsDone + stepsLeft;
  return { ...length, steps, stepsLeft, epochs: Math.ceil(steps / length.stepsPerEpoch) };
}

/** Returns the seconds that are left of a run whose length is a time. */
export const secondsLeft = (
  { seconds }: Pick<RunConfig, 'seconds'>,
  progress: Pick<Trainer['progress'], 'seconds'>,
): number => Math.max(0, (seconds ?? 0) - (progress.seconds ?? 0));

/** Options whose flag has another name. */
const FLAGS: Readonly<Record<string, string>> = {
  classes: '--class',
  image: '--from',
  imageSize: '--size',
  postHocEma: '--post-hoc-ema',
  process: '--schedule',
  providers: '--onnx-provider',
};

/** Options of a configuration, by their paths, whose flags have other names. */
const FLAG_OF_PATH: Readonly<Record<string, string>> = {
  'training.learningRate': '--lr',
  'training.learningRateSchedule': '--lr-schedule',
  'training.learningRateSchedule.type': '--lr-schedule',
  'training.learningRateSchedule.warmup': '--warmup',
  channels: '--grey',
  'training.maxGradientNorm': '--clip',
  'training.ema.decay': '--ema-decay',
  'training.ema.halfLife': '--ema-half-life',
  'training.ema.startStep': '--ema-start',
  'training.ema.warmup': '--ema-warmup',
  'training.labelDropout': '--dropout-labels',
  'training.labelDropoutPer': '--dropout-labels-per',
  'training.variance': '--learned-variance',
  'training.variance.type': '--learned-variance',
  'training.variance.vlbWeight': '--vlb-weight',
  'training.process': '--schedule',
  'training.process.steps': '--noise-steps',
  'training.process.betaStart': '--beta-start',
  'training.process.betaEnd': '--beta-end',
  'training.process.zeroTerminalSnr': '--zero-snr',
};

/**
 * Returns the flag of an option of a configuration by its path: `training.process.betaEnd` is `--beta-end`, and where
 * nothing else is agreed, `training.weighting.gamma` is `--weighting-gamma`.
 */
export function flagOfPath(path: string): string {
  const [, option, field] = /^(training\.[^.]+)\.(.+)$/.exec(path) ?? [];
  if (FLAG_OF_PATH[path] !== undefined) return FLAG_OF_PATH[path];
  if (option === undefined) return dashed(path.split('.').at(-1) as string);
  return field === 'type' ? flagOfPath(option) : `${flagOfPath(option)}-${dashed(field as string).slice(2)}`;
}

/** Returns the flag of an option by the name that the libraries and commander give it: `sigmaMin` is `--sigma-min`. */
export const flagOf = (option: string): string => FLAGS[option] ?? dashed(option);

const dashed = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Returns a library's sentence with its options, which stand in backticks, as flags. */
export const inFlags = (sentence: string): string =>
  sentence.replace(/`([a-z][A-Za-z]*(?:\.[A-Za-z]+)*)`/g, (_, option: string) =>
    option.includes('.') ? flagOfPath(option) : flagOf(option),
  );

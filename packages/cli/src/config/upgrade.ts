/** Configurations of older formats in the present one's terms. */

const TYPES: Readonly<Record<string, string>> = { cosine: 'cosine', sigmoid: 'sigmoid-alpha-bar' };

/** Format 1 had the trainer's options among the others, under the names of the command line. */
export function upgraded(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return value;
  const { schedule, noiseSteps, betaStart, betaEnd, ...others } = value as Record<string, unknown>;
  const { seed, batchSize, lr, weightDecay, emaDecay, emaStart, dropoutLabels, ...rest } = others;
  const type = TYPES[String(schedule)];
  return {
    ...rest,
    format: 2,
    training: {
      seed,
      batchSize,
      schedule: type ? { type, steps: noiseSteps } : { type: 'linear', steps: noiseSteps, betaStart, betaEnd },
      learningRate: lr,
      weightDecay,
      ema: { type: 'decay', decay: emaDecay, startStep: emaStart },
      labelDropout: dropoutLabels,
    },
  };
}

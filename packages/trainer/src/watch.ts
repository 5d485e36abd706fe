/** When a run is said to be in trouble. Nothing is changed by it; a warning is one sentence. */
export const WARNING_THRESHOLDS = {
  /** The loss is averaged over about so many steps, and nothing is said before. */
  lossSteps: 50,
  /** A mean loss so many times its lowest is a warning; the next one needs it to have come below half of that. */
  lossRise: 3,
  /** The gradient norm is compared to its geometric mean over about so many steps. */
  normSteps: 100,
  /** A norm so many times that mean is a warning, once in `normSteps` steps. */
  normRise: 20,
} as const;

type Numbers = { step: number; loss: number; gradientNorm: number };

/**
 * Watches for the signs of divergence: a mean loss far above its lowest, a gradient norm far above what is usual or not
 * finite. The thresholds are `WARNING_THRESHOLDS`.
 *
 * @param o isClipped: whether gradients are limited anyway, so that a large one does no harm
 */
export function watchTraining(o: { isClipped: boolean; onWarning: (message: string) => void }): (now: Numbers) => void {
  const meanLoss = runningMean(WARNING_THRESHOLDS.lossSteps);
  const meanLogNorm = runningMean(WARNING_THRESHOLDS.normSteps);
  let lowest = { loss: Infinity, step: 0 };
  let isHigh = false;
  let quietUntil = 0;

  const watchLoss = ({ step, loss }: Numbers) => {
    const mean = meanLoss.add(loss);
    if (meanLoss.count < WARNING_THRESHOLDS.lossSteps) return;
    if (mean < lowest.loss) lowest = { loss: mean, step };
    const rise = mean / lowest.loss;
    if (rise >= WARNING_THRESHOLDS.lossRise && !isHigh) {
      o.onWarning(
        `The mean loss at step ${step} is ${short(mean)}, ${short(rise)} times the ${short(lowest.loss)} of step ${lowest.step}; training may be diverging: go back to a checkpoint before it with a lower learning rate.`,
      );
    }
    isHigh = rise >= WARNING_THRESHOLDS.lossRise / (isHigh ? 2 : 1);
  };

  const watchNorm = ({ step, gradientNorm }: Numbers) => {
    const usual = Math.exp(meanLogNorm.mean());
    const isKnown = meanLogNorm.count >= WARNING_THRESHOLDS.normSteps;
    if (Number.isFinite(gradientNorm) && gradientNorm > 0) meanLogNorm.add(Math.log(gradientNorm));
    if (o.isClipped || step < quietUntil) return;
    const isInfinite = !Number.isFinite(gradientNorm);
    if (!isInfinite && !(isKnown && gradientNorm > WARNING_THRESHOLDS.normRise * usual)) return;
    quietUntil = step + WARNING_THRESHOLDS.normSteps;
    const limit = isKnown ? short(2 * usual) : '1';
    o.onWarning(
      `The gradient norm at step ${step} is ${short(gradientNorm)}${isKnown ? `, where ${short(usual)} is usual` : ''}; such steps do harm: limit them with maxGradientNorm, for example ${limit}, or lower the learning rate.`,
    );
  };

  return (now) => {
    watchLoss(now);
    watchNorm(now);
  };
}

/** The mean of all numbers while they are few, then an exponential one over about `length`. */
function runningMean(length: number) {
  let value = 0;
  return {
    count: 0,
    mean: () => value,
    add(x: number) {
      this.count++;
      value += (x - value) / Math.min(this.count, length);
      return value;
    },
  };
}

const short = (x: number): string => String(Number(x.toPrecision(2)));

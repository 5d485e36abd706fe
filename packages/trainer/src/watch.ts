/** Thresholds of the warnings of divergence. A warning is a sentence, and changes nothing. */
export const WARNING_THRESHOLDS = {
  /** Steps over which the loss is averaged. No warning comes earlier. */
  lossSteps: 50,
  /** The multiple of its lowest mean that a loss may reach. The next warning comes once it was below half of that. */
  lossRise: 3,
  /** Steps over which the geometric mean of the gradient norm is taken. */
  normSteps: 100,
  /** The multiple of that mean that a norm may reach. There is a warning at most once in `normSteps` steps. */
  normRise: 20,
} as const;

type Numbers = { step: number; loss: number; gradientNorm: number };

/**
 * Watches for signs of divergence: a mean loss far above its lowest, a gradient norm that is far above the usual or not finite.
 * See `WARNING_THRESHOLDS`.
 *
 * @param o isClipped: whether gradients are limited, so that a large one does no harm
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

/** Creates a mean of all numbers while they are few, and an exponential mean over about `length` afterwards. */
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

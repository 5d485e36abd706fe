import { epsFrom, type Prediction, x0From } from '@denoiser/schedules';
import type { GridPoint } from './grid';
import type { Level } from './plan';
import type { Solver } from './solver';

/** Returns the level of a variance-preserving process at σ/α, up to noise alone, where that is infinite. */
export function preservingLevel(ratio: number): Level {
  if (ratio === Number.POSITIVE_INFINITY) return { alpha: 0, sigma: 1 };
  return { alpha: 1 / Math.sqrt(ratio * ratio + 1), sigma: ratio / Math.sqrt(ratio * ratio + 1) };
}

/** Returns a point of a variance-preserving process in the coordinates of a solver; `level` is that of its `ratio` σ/α. */
export function preservingPoint(
  { coordinates }: Pick<Solver, 'coordinates'>,
  prediction: Prediction,
  { ratio, time, level = preservingLevel(ratio) }: { ratio: number; time: number; level?: Level },
): GridPoint {
  const isRatio = coordinates === 'ratio';
  const { alpha, sigma } = isRatio ? { alpha: 1, sigma: ratio } : level;
  const x0 = x0From(prediction, alpha, sigma);
  const eps = epsFrom(prediction, alpha, sigma);
  const inputScale = isRatio ? 1 / Math.sqrt(ratio * ratio + 1) : 1;
  return {
    alpha,
    sigma,
    model: { time, inputScale, x0FromX: x0.fromX, x0FromOutput: x0.fromOutput },
    eps: { x: eps.fromX, output: eps.fromOutput },
  };
}

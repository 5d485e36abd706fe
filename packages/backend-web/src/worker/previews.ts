import { createPlan, dpmppMultistep, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import type { Trainer } from '@denoiser/trainer';
import { tensor1d } from '@tensorflow/tfjs-core';
import { toRgba } from '../images/pixels';
import type { TrainingEvent } from '../protocol/training';
import type { RunConfig } from '../storage/runs';

type Samples = Extract<TrainingEvent, { type: 'samples' }>;

/** Images from the averaged weights of now, always of the same noise, by DPM-Solver++ (Lu et al. 2022). */
export async function drawSamples(
  trainer: Trainer,
  config: RunConfig,
  o: { readonly imageShape: Samples['imageShape']; readonly classes: number; readonly signal: AbortSignal },
): Promise<Samples> {
  const { count, solverSteps, guidance } = config.samples as NonNullable<RunConfig['samples']>;
  const { options, progress } = trainer;
  const schedule = createSchedule(options.schedule);
  const plan = createPlan({
    process: schedule,
    solver: dpmppMultistep(),
    steps: Math.min(solverSteps, Math.ceil(schedule.steps / 2)),
    prediction: options.prediction,
    threshold: true,
    learnedVariance: options.variance.type === 'learned-range',
  });
  const isDealt = config.isConditional && o.classes > 0;
  const labels = Array.from({ length: count }, (_, i) => (isDealt ? i % o.classes : -1));
  const given = tensor1d(labels, 'int32');
  try {
    const images = await sampleImages({
      denoiser: trainer.model.denoiser(trainer.emaParameters),
      plan,
      shape: [count, ...o.imageShape],
      seed: options.seed,
      signal: o.signal,
      ...(isDealt && { conditioning: { labels: given }, guidance: { scale: guidance } }),
    });
    try {
      const pixels = toRgba(await images.data(), o.imageShape[2]);
      return { type: 'samples', step: progress.step, count, imageShape: o.imageShape, labels, pixels };
    } finally {
      images.dispose();
    }
  } finally {
    given.dispose();
  }
}

import type { Interval, RunLength } from '@denoiser/trainer';
import type { RunConfig, SettledConfig } from '../config/run-schema';
import { describePreflight } from '../preflight';
import { wholeRun } from './forecast';
import { affordable, type Costs, type Length } from './intervals';
import { limitsOf } from './limits';
import type { OpenParts } from './open-parts';
import { callsOfGrid, picturesOfGrid, tryGrid } from './previews';

/** Bytes of a checkpoint that are encoded, hashed and flushed in a second, and what curve and report take beside. */
const CHECKPOINT_SPEED = 200e6;
const REPORT = 0.2;
/** A call of the network is this part of a step, which computes gradients, too. */
const CALL = 1 / 3;

/** Takes two trial steps, which leave no trace in the weights, and draws a throw-away grid. A run that goes on has shown that it can. */
export async function trial(parts: OpenParts, signal: AbortSignal) {
  const { trainer, dataset, config, images } = parts;
  const found = await trainer.preflight(dataset, { ...limitsOf(config), signal });
  const begun = performance.now();
  await tryGrid(parts, signal);
  const call = (performance.now() - begun) / 1000;
  const held = images.validation?.length ?? 0;
  // Under live weights and under their average.
  const validation = (2 * CALL * found.secondsPerStep * held) / config.training.batchSize;
  const costs: Costs = {
    step: found.secondsPerStep,
    grid: call * callsOfGrid(parts),
    checkpoint: found.stateBytes / CHECKPOINT_SPEED + REPORT + validation,
  };
  return { found, costs, processBytes: process.memoryUsage.rss() };
}

export type Trial = Awaited<ReturnType<typeof trial>>;

/** Returns what grids and checkpoints are worth in steps, where nothing has been tried. */
export const worthOf = (parts: OpenParts) => ({
  grid: (CALL * picturesOfGrid(parts) * callsOfGrid(parts)) / parts.config.training.batchSize,
  checkpoint: 1,
});

/** Returns the configuration with intervals where it leaves them open: such that they cost little, as far as costs are known. */
export function settled(config: RunConfig, length: Length, costs?: Costs): SettledConfig {
  const usual = (cost: number | undefined): Interval =>
    costs && cost !== undefined ? affordable(cost, costs.step, length) : { epochs: 1 };
  return {
    ...config,
    sampleEvery: config.sampleEvery ?? usual(costs?.grid),
    checkpointEvery: config.checkpointEvery ?? usual(costs?.checkpoint),
  };
}

/** Describes what a trial has found, by topic. */
export function describeTrial(
  { dataset, config, device }: OpenParts & { config: SettledConfig },
  { found, costs, processBytes }: Trial,
  { length, limit }: { length: RunLength; limit: number | undefined },
): Record<string, string> {
  const seconds = wholeRun(costs, { length, grids: config.sampleEvery, checkpoints: config.checkpointEvery });
  return describePreflight(found, {
    device,
    network: config.network,
    images: { length: dataset.length, imageShape: dataset.imageShape, isAugmented: config.augment },
    processBytes,
    whole: { steps: length.steps, seconds, isByTime: config.seconds !== null, ...(limit !== undefined && { limit }) },
  });
}

import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { prepareFolder, selectDevice } from '@denoiser/backend-node';
import { evaluations } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { chooseClasses } from '../classes';
import { ddpmPlan, dealLabels, draw, gridColumns, writeGrid } from '../draw';
import { CommandError, Interrupted } from '../errors';
import { catchInterrupt } from '../interrupt';
import { openSource, type SourceOptions } from '../sample-source';
import { samplingProgress } from '../sampling-progress';
import { describeDevice, list } from '../text';

export interface SampleOptions extends SourceOptions {
  count?: number;
  class?: string[];
  seed: number;
  out: string;
  columns?: number;
  variance: 'posterior' | 'beta';
  steps?: number;
  guidance: number;
  noclip?: boolean;
  original?: boolean;
  batchSize: number;
  device: string;
}

/** Pictures unless `--count` says otherwise, of a network without classes. */
const COUNT = 16;

/** `denoiser sample <run>` */
export async function sample(path: string, options: SampleOptions): Promise<void> {
  const { out, seed, guidance, batchSize, original = false, variance } = options;
  const print = (text: string) => process.stdout.write(`${text}\n`);
  await checkOutput(out);
  enableProdMode(); // keeps tfjs quiet
  const device = await selectDevice({ device: options.device });
  const { model, imageShape, classNames, description, ...source } = await openSource(path, options);
  const classes = chooseClasses(options.class, classNames);
  const count = options.count ?? (classes.length || COUNT);
  const schedule = createSchedule(source.schedule);
  checkSteps(options.steps, schedule.steps - (original ? 1 : 0));
  const plan = ddpmPlan(schedule, { variance, steps: options.steps, clip: !options.noclip, original });

  const conditional = classNames.length > 0;
  const interrupt = catchInterrupt(() => {});
  print(
    list({
      weights: description,
      device: describeDevice(device),
      drawing: `${count} pictures of ${imageShape[0]}×${imageShape[1]} in ${evaluations(plan)} steps, variance ${variance}, seed ${seed}`,
    }),
  );
  const progress = await samplingProgress(process.stdout);
  try {
    const data = await draw({
      denoiser: model.denoiser(),
      plan,
      imageShape,
      count,
      labels: conditional ? dealLabels(count, classes) : undefined,
      guidance,
      seed,
      batchSize,
      signal: interrupt.signal,
      onStep: progress.update,
    });
    progress.stop();
    await writeGrid(out, { data, count, imageShape }, options.columns ?? gridColumns(count, classes.length));
    print(out);
  } catch (error) {
    if (interrupt.signal.aborted) throw new Interrupted('Stopped; nothing was written.');
    throw error;
  } finally {
    progress.stop();
    interrupt.release();
    model.dispose();
  }
}

/** Finds out before the work whether its result can be written. */
async function checkOutput(out: string): Promise<void> {
  if (existsSync(out) && statSync(out).isDirectory()) {
    throw new CommandError(
      'bad-option',
      `--out ${out} is a folder; give the name of a PNG file, like ${out}/grid.png.`,
    );
  }
  if (!/\.png$/i.test(out)) {
    throw new CommandError('bad-option', `--out ${out} must end with .png, for that is what is written.`);
  }
  await prepareFolder(dirname(out));
}

function checkSteps(steps: number | undefined, most: number): void {
  if (steps === undefined || steps <= most) return;
  throw new CommandError('bad-option', `--steps ${steps} is more than there are; the diffusion has ${most} steps.`);
}

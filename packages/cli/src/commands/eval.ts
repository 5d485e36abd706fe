import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  evaluate,
  FEWEST_FOR_FEATURES,
  type FeatureNetwork,
  type Model,
  openImageFolder,
  prepareFolder,
  selectDevice,
  writeFileAtomically,
} from '@denoiser/backend-node';
import { findSampler } from '@denoiser/samplers';
import { CommandError } from '../errors';
import { openFeatureNetwork } from '../evaluation/feature-network';
import type { FeatureOptions } from '../evaluation/feature-options';
import { evaluationTables, type Report } from '../evaluation/report';
import { openSource, type SourceFlags } from '../open-source';
import type { Host } from '../process/host';
import { samplingProgress } from '../sampling-progress';
import { describeDevice, list, shortList } from '../text';

export interface EvalFlags extends SourceFlags, FeatureOptions {
  data: string;
  count: number;
  steps?: number;
  sampler: string;
  guidance?: number;
  seed: number;
  features?: string;
  json?: string;
  batchSize: number;
  device: string;
}

const invalid = (message: string) => new CommandError('option-invalid', message);

/** `denoiser eval <run> --data <folder>` */
export async function evaluateRun(path: string, flags: EvalFlags, { signal }: Host): Promise<void> {
  const { data, count, seed, json, features } = flags;
  const { name: sampler } = findSampler(flags.sampler);
  checkTogether(flags);
  if (json !== undefined) await checkJson(json);
  const device = await selectDevice({ device: flags.device });
  const model = await openSource(path, flags);
  const progress = samplingProgress(process.stdout);
  let network: FeatureNetwork | undefined;
  try {
    const { imageShape, description } = model;
    const dataset = await openImages(data, model, signal);
    if (features !== undefined) network = await openFeatureNetwork(features, imageShape, flags);
    const evaluation = await evaluate(model, {
      data: dataset,
      count,
      seed,
      sampler,
      batchSize: flags.batchSize,
      ...(flags.steps !== undefined && { steps: flags.steps }),
      ...(flags.guidance !== undefined && { guidance: flags.guidance }),
      ...(network && { features: network }),
      signal,
      onBegin: (images) =>
        process.stdout.write(
          `${list({
            weights: description,
            device: describeDevice(device),
            images: `${images.count} of ${images.total} from ${data}`,
            drawing: `${count} pictures of ${imageShape[0]}×${imageShape[1]} by ${sampler}, seed ${seed}`,
            ...(network && { features: network.description }),
          })}\n`,
        ),
      onProgress: progress.update,
    });
    progress.stop();
    const report: Report = { weights: description, data, ...evaluation };
    process.stdout.write(`\n${evaluationTables(report)}\n`);
    if (json !== undefined) {
      await writeFileAtomically(json, `${JSON.stringify(report, null, 2)}\n`);
      process.stdout.write(`\n${json}\n`);
    }
  } finally {
    progress.stop();
    network?.dispose();
    model.dispose();
  }
}

/** The folder's images as the model takes them, with its classes. */
async function openImages(folder: string, { imageShape, classNames }: Model, signal: AbortSignal) {
  const [height, width, channels] = imageShape;
  if (channels !== 1 && channels !== 3) {
    throw new CommandError(
      'model-unfit',
      `This network has pictures of ${channels} channels, and image files have 1 or 3; it cannot be compared with a folder.`,
    );
  }
  const { dataset, classNames: found } = await openImageFolder(folder, {
    size: [height, width],
    channels,
    conditional: classNames.length > 0,
    augment: false,
    check: false,
    signal,
  });
  const unknown = classNames.length > 0 ? found.find((name) => !classNames.includes(name)) : undefined;
  if (unknown === undefined) return dataset;
  throw new CommandError(
    'classes-differ',
    `${folder}/${unknown}: the network has the classes ${shortList(classNames)}; rename the subfolder or move it away.`,
  );
}

function checkTogether({ features, featureLayer, featureRange, count }: EvalFlags): void {
  const given = featureLayer !== undefined ? '--feature-layer' : featureRange && '--feature-range';
  if (given && features === undefined) throw invalid(`${given} is of a feature network; name it with --features.`);
  if (features !== undefined && count < FEWEST_FOR_FEATURES) {
    throw invalid(`--count ${count} is too few to compare by features; at least ${FEWEST_FOR_FEATURES} are needed.`);
  }
}

async function checkJson(path: string): Promise<void> {
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw invalid(`--json ${path} is a folder; give the name of a file, like ${path}/evaluation.json.`);
  }
  await prepareFolder(dirname(path));
}

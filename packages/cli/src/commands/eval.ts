import { existsSync, statSync } from 'node:fs';
import {
  evaluate,
  FEWEST_FOR_FEATURES,
  type FeatureNetwork,
  prepareFile,
  writeFileAtomically,
} from '@denoiser/backend-node';
import { findSampler } from '@denoiser/samplers';
import { commandOutput } from '../command-output';
import { CommandError } from '../errors';
import { openEvalImages } from '../evaluation/eval-images';
import { openFeatureNetwork } from '../evaluation/feature-network';
import type { FeatureOptions } from '../evaluation/feature-options';
import { evaluationTables, type Report } from '../evaluation/report';
import { type DeviceFlags, openOnDevice } from '../open-on-device';
import type { SourceFlags } from '../open-source';
import type { Host } from '../process/host';
import { samplingProgress } from '../sampling-progress';
import { count as counted, list } from '../text';

export interface EvalFlags extends SourceFlags, DeviceFlags, FeatureOptions {
  data?: string;
  skipBad?: boolean;
  count: number;
  steps?: number;
  sampler: string;
  guidance?: number;
  seed: number;
  features?: string;
  /** A file, or stdout. */
  json?: string | true;
  batchSize: number;
}

const invalid = (message: string) => new CommandError('option-invalid', message);

/** `denoiser eval <run>` */
export async function evaluateRun(path: string, flags: EvalFlags, { signal }: Host): Promise<void> {
  const { count, seed, json, features } = flags;
  const { name: sampler } = findSampler(flags.sampler);
  checkTogether(flags);
  if (typeof json === 'string') await checkJson(json);
  const { words, print, result } = commandOutput({ isJson: json === true });
  const { model, device } = await openOnDevice(path, flags);
  const progress = samplingProgress(words);
  let network: FeatureNetwork | undefined;
  try {
    const { imageShape, description } = model;
    const { dataset, data, areHeldOut, seen, notes } = await openEvalImages(path, model, { ...flags, signal });
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
      onBegin: ({ steps, guidance, ...images }) =>
        print(
          list({
            weights: description,
            device,
            images: `${images.count} of ${images.total} ${areHeldOut ? 'held out ' : ''}from ${data}`,
            ...notes,
            drawing: `${counted(count, 'picture')} of ${imageShape[0]}×${imageShape[1]} by ${sampler} in ${counted(steps, 'step')}, seed ${seed}${guidance === null ? '' : `, guidance ${guidance}`}`,
            ...(network && { features: network.description }),
          }),
        ),
      onProgress: progress.update,
    });
    progress.stop();
    const report: Report = { weights: description, data, seen, ...evaluation };
    print(`\n${evaluationTables(report)}`);
    if (typeof json === 'string') {
      await writeFileAtomically(json, `${JSON.stringify(report, null, 2)}\n`);
      print(`\n${json}`);
    }
    result(report);
  } finally {
    progress.stop();
    network?.dispose();
    model.dispose();
  }
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
  await prepareFile(path);
}

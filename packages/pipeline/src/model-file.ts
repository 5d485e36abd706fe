import type { OpenTensors } from '@denoiser/safetensors';
import type { Process } from '@denoiser/schedules';
import { SCHEDULES, trainableProcess } from '@denoiser/trainer/options';
import { type TrainedSchedule, writeFileTraining } from '@denoiser/trainer/parts';
import { writeDrawingDefaults } from './drawing-defaults';
import { PipelineError } from './errors';
import { finiteOnly, withWeights } from './find-weights';
import type { ModelInfo } from './model';
import { factsOf } from './model-facts';
import type { ModelSource, OpenModelOptions } from './model-source';
import { kindOf, networks } from './networks';

/** A trained model as a file has it: what is known of it, and its weights, which are read one by one. */
export interface ModelFile extends ModelInfo {
  /**
   * Under the names, and in the order of axes, that the network's files have. Their metadata says what network it is and how it
   * was trained: it is that of a file which `openModel` opens as this model.
   */
  readonly weights: Omit<OpenTensors, 'close'>;
  /** Of a model of diffusers: what its scheduler's file says, unless `process` or `prediction` say otherwise. */
  readonly schedulerConfig?: Readonly<Record<string, unknown>>;
}

/**
 * Opens a model without making a network of it, and hands it to `use`: to write its weights elsewhere, tensor by tensor. What
 * `openModel` finds wrong is found here, too, the numbers as they are read. Needs no device. The source is closed, whatever comes of it.
 *
 * @throws DenoiserError as `openModel`, and for networks whose kind has no `inspect`.
 */
export async function withModelFile<T>(
  source: ModelSource,
  options: OpenModelOptions,
  use: (file: ModelFile) => Promise<T>,
): Promise<T> {
  return withWeights('withModelFile', source, options, async (found) => {
    const { weights } = found;
    const { inspect, architecture: name = 'such networks' } = kindOf(weights, options.networks ?? networks);
    if (!inspect) {
      throw new PipelineError('architecture-unknown', `Files of ${name} are opened whole alone, with \`openModel\`.`);
    }
    const { architecture, imageFacts, tensors, reader } = inspect(weights);
    const parameterCount = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const facts = factsOf(found, { architecture, parameterCount, imageFacts }, options);
    const isTheirs = options.process === undefined && options.prediction === undefined;
    return use({
      ...facts,
      ...(isTheirs && found.schedulerConfig && { schedulerConfig: found.schedulerConfig }),
      weights: { metadata: metadataOf(facts), tensors: new Map(tensors), read: reader(finiteOnly(weights)) },
    });
  });
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The metadata of a file of the model. */
export function metadataOf(model: ModelInfo): Record<string, string> {
  const { architecture, prediction = 'epsilon', learnedVariance, imageShape, classNames, step = 0 } = model;
  const process = trainedProcessOf(model) ?? model.process;
  return {
    format: 'pt',
    'denoiser.architecture': architecture.name,
    'denoiser.config': JSON.stringify(architecture.config),
    ...writeFileTraining({ process, prediction, learnedVariance, imageShape, classNames, step }),
    ...writeDrawingDefaults(model),
  };
}

const { resolve } = trainableProcess(SCHEDULES);

/** Returns the options of a model's process as training has them; undefined for one that can't be trained here. */
export const trainedProcessOf = ({ process }: Pick<ModelInfo, 'process'>): TrainedSchedule | undefined =>
  isTrainable(process) ? resolve?.('process', process as never) : undefined;

const isTrainable = (process: Process): boolean =>
  process.kind === 'sigma'
    ? process.preconditioning === 'edm' && process.prediction === 'epsilon'
    : process.kind !== 'flow';

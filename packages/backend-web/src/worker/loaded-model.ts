import { createSchedule } from '@denoiser/schedules';
import { readFileTraining } from '@denoiser/trainer';
import { WebError } from '../error';
import type { ModelFacts, ModelInfo } from '../protocol/model';
import type { ModelKind, WebModel } from './web-model';

/** The network to sample from, and what it can be made of again. */
export type LoadedModel = {
  readonly model: WebModel;
  readonly info: ModelInfo;
  /** The file, if it is kept. */
  readonly bytes?: Uint8Array;
  readonly facts: ModelFacts;
};

/** What networks for images say of themselves, as far as they do. */
type ImageConfig = {
  readonly channels?: number;
  readonly classes?: number;
  readonly imageSize?: number | readonly [height: number, width: number];
  readonly learnedVariance?: boolean;
};

/**
 * The network of a safetensors file. What it was trained as comes from `facts`, else from the file, else it is the original
 * program's: linear, 1000 steps, ε, 64×64.
 *
 * Errors: those of `loadModel`; `bad-facts` where names and classes differ in number.
 */
export function loadModelFile(bytes: Uint8Array, facts: ModelFacts, { loadModel }: ModelKind): LoadedModel {
  const trained = readFileTraining(bytes);
  const schedule = facts.schedule ?? trained.schedule ?? { type: 'linear', steps: 1000 };
  createSchedule(schedule); // refuses what is none, before the weights take memory
  const model = loadModel(bytes);
  try {
    const config = model.architecture.config as ImageConfig;
    const [height, width] = [facts.imageSize ?? trained.imageShape?.slice(0, 2) ?? config.imageSize ?? 64].flat();
    const { classes = 0, channels = 3, learnedVariance = false } = config;
    const classNames = facts.classNames ?? (trained.classNames?.length === classes ? trained.classNames : undefined);
    if (classNames && classNames.length !== classes) {
      throw new WebError(
        'bad-facts',
        `There are ${classNames.length} class names for a network with ${classes || 'no'} classes: give one name for each class.`,
      );
    }
    let parameters = 0;
    for (const { size } of model.parameters.values()) parameters += size;
    const info: ModelInfo = {
      architecture: model.architecture,
      parameters,
      imageShape: [height as number, width ?? (height as number), channels],
      classNames: classNames ?? Array.from({ length: classes }, (_, i) => String(i)),
      schedule,
      prediction: facts.prediction ?? trained.prediction ?? 'epsilon',
      learnedVariance,
      ...(trained.step !== undefined && { step: trained.step }),
    };
    return { model, info, facts };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

import { createProcess, type Process, signalWarning } from '@denoiser/schedules';
import { optionInvalid } from './check-options';
import { checkDrawingDefaults } from './drawing-defaults';
import type { FoundWeights } from './find-weights';
import type { ModelInfo } from './model';
import type { OpenModelOptions } from './model-source';
import type { ImageFacts } from './networks';

/** What its network says of a model. */
interface NetworkFacts extends Pick<ModelInfo, 'architecture' | 'parameterCount'> {
  readonly imageFacts: ImageFacts;
}

/** What a network gives unless its file says; a process by σ says it itself. */
const PREDICTIONS = { discrete: 'epsilon', angle: 'v', flow: 'flow' } as const;

/**
 * Returns what is known of a model: by the options, by its source, by its network, in this order.
 *
 * @throws DenoiserError where the options name other classes than the network has.
 */
export function factsOf(
  { training, description, schedulerConfig }: Omit<FoundWeights, 'weights'>,
  { architecture, parameterCount, imageFacts }: NetworkFacts,
  options: OpenModelOptions,
): ModelInfo {
  const { classes = 0, channels = 3, learnedVariance = false } = imageFacts;
  const [height = 64, width = height] = [
    options.imageSize ?? training.imageShape?.slice(0, 2) ?? imageFacts.imageSize ?? [],
  ].flat();
  const process = createProcess(options.process ?? training.process ?? { type: 'linear', steps: 1000 });
  warnOfSignal(process, options.onWarning);
  // It belongs to the process that it was read with.
  const sampler = options.process === undefined ? training.sampler : undefined;
  const guidance = classes > 0 ? training.guidance : undefined;
  const known = process.kind === 'flow' ? undefined : training.prediction;
  const prediction = process.kind === 'sigma' ? undefined : (options.prediction ?? known ?? PREDICTIONS[process.kind]);
  // That of a scheduler's file was made to fit.
  if (!schedulerConfig && sampler) {
    checkDrawingDefaults({ sampler }, { process, learnedVariance, ...(prediction && { prediction }) });
  }
  return {
    architecture,
    parameterCount,
    imageShape: [height, width, channels],
    classNames: classNamesOf(classes, training.classNames, options.classNames),
    process,
    ...(prediction && { prediction }),
    learnedVariance,
    ...(training.step !== undefined && { step: training.step }),
    ...(sampler && { sampler }),
    ...(guidance !== undefined && { guidance }),
    description,
  };
}

function classNamesOf(
  classes: number,
  trained: readonly string[] | undefined,
  given: readonly string[] | undefined,
): readonly string[] {
  const names = given ?? (trained?.length === classes ? trained : Array.from({ length: classes }, (_, i) => String(i)));
  if (names.length === classes) return names;
  throw optionInvalid(
    `\`classNames\` has ${names.length} names for a network with ${classes || 'no'} classes; give one for each.`,
  );
}

/** Tells where sampling begins elsewhere than training ended. */
function warnOfSignal(process: Process, onWarning: OpenModelOptions['onWarning']): void {
  const warning = signalWarning(process);
  if (warning) onWarning?.(warning);
}

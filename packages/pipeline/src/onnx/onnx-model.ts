import { type OnnxNames, type OnnxSession, onnxDenoiser, readOnnxMetadata } from '@denoiser/onnx';
import { createProcess, type Prediction, type Process, type ProcessOptions, signalWarning } from '@denoiser/schedules';
import { readFileTraining } from '@denoiser/trainer/parts';
import { checkOptionNames, optionInvalid } from '../check-options';
import type { Model, ModelInfo } from '../model';
import { withSession } from './with-session';

export interface OnnxModelOptions {
  /** How it was trained, where the file does not say so itself. Default: linear in 1000 steps. */
  readonly process?: Process | ProcessOptions;
  /** What it gives. Default: as the file says, else ε. */
  readonly prediction?: Prediction;
  /** The size of its images. Default: as the file or the session says. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** Names of its classes. Default: as the file says. */
  readonly classNames?: readonly string[];
  /** What its inputs and its output are called. */
  readonly names?: OnnxNames;
  /** What messages call the file. Default 'the file'. */
  readonly name?: string;
  /** Told in a sentence of what is odd though the model opens. */
  readonly onWarning?: (message: string) => void;
}

const OPTIONS = ['process', 'prediction', 'imageSize', 'classNames', 'names', 'name', 'onWarning'];

/** A session that tells the shapes of what it takes and gives, as onnxruntime's do: open sizes by name. */
type ShapedSession = OnnxSession & {
  readonly [Side in 'inputMetadata' | 'outputMetadata']?: readonly {
    readonly name: string;
    readonly shape?: readonly (number | string)[];
  }[];
};

/**
 * Makes a session a model to draw with: `onnxModel(await InferenceSession.create(file), file)`. Files that `exportOnnxModel` wrote say
 * themselves how they were trained. The session is borrowed, unless it has a `release`, which `dispose` calls.
 *
 * @param file the bytes that the session was made of
 * @throws DenoiserError where the bytes are no ONNX model, the session is no denoiser's, or the size of images is not known.
 */
export function onnxModel(
  session: OnnxSession & { release?(): Promise<void> },
  file: Uint8Array,
  options: OnnxModelOptions = {},
): Model {
  checkOptionNames('onnxModel', options, OPTIONS);
  const metadata = readOnnxMetadata(file);
  const training = readFileTraining({ metadata });
  const { names = {}, name = 'the file', onWarning } = options;
  const process = createProcess(options.process ?? training.process ?? { type: 'linear', steps: 1000 });
  const warning = signalWarning(process);
  if (warning) onWarning?.(warning);
  const prediction = options.prediction ?? training.prediction ?? PREDICTIONS[process.kind];
  const { imageShape, learnedVariance } = shapesOf(session, training, options);
  const info: ModelInfo = {
    architecture: { name: metadata['denoiser.architecture'] ?? 'onnx', config: configOf(metadata['denoiser.config']) },
    parameterCount: Number(metadata['denoiser.parameters']) || 0,
    imageShape,
    classNames: options.classNames ?? training.classNames ?? [],
    process,
    ...(prediction && { prediction }),
    learnedVariance,
    ...(training.step !== undefined && { step: training.step }),
    description: name,
  };
  return withSession(info, onnxDenoiser(session, names), () => void session.release?.());
}

/** What networks give unless their file says; EDM's preconditioning says it itself. */
const PREDICTIONS = { discrete: 'epsilon', sigma: undefined, angle: 'v', flow: 'flow' } as const;

/** The shape of the images, and whether there is a variance beside them: by options, file and session, in this order. */
function shapesOf(
  session: ShapedSession,
  training: Partial<Pick<ModelInfo, 'imageShape' | 'learnedVariance'>>,
  { imageSize, names: { sample = 'sample', output = 'out_sample' } = {}, name = 'the file' }: OnnxModelOptions,
): Pick<ModelInfo, 'imageShape' | 'learnedVariance'> {
  const sizesOf = (side: 'inputMetadata' | 'outputMetadata', of: string) =>
    session[side]
      ?.find((each) => each.name === of)
      ?.shape?.map((size) => (typeof size === 'number' ? size : undefined)) ?? [];
  const [, channelsThere, ...sizeThere] = sizesOf('inputMetadata', sample);
  const [, channelsBack] = sizesOf('outputMetadata', output);
  const [heightTrained, widthTrained, channelsTrained] = training.imageShape ?? [];
  const channels = channelsTrained ?? channelsThere ?? 3;
  const [height, width = height] = [imageSize ?? [heightTrained ?? sizeThere[0], widthTrained ?? sizeThere[1]]].flat();
  if (height === undefined || width === undefined) {
    throw optionInvalid(`${name} does not say how large its images are; give \`imageSize\`.`);
  }
  return {
    imageShape: [height, width, channels],
    learnedVariance: training.learnedVariance ?? channelsBack === 2 * channels,
  };
}

function configOf(text = 'null'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // nothing here depends on it
  }
}

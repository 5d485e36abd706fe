import { type OnnxNames, type OnnxSession, onnxDenoiser, readOnnxMetadata } from '@denoiser/onnx';
import { readFileTraining } from '@denoiser/trainer/parts';
import { checkOptionNames, optionInvalid } from '../check-options';
import type { Model } from '../model';
import { factsOf } from '../model-facts';
import { nameOf, type OpenModelOptions } from '../model-source';
import type { ImageFacts } from '../networks';
import { PARAMETERS } from './export-onnx-model';
import { withSession } from './with-session';

/** As of `openModel`, for files that do not say it themselves. */
export interface OnnxModelOptions
  extends Pick<OpenModelOptions, 'process' | 'prediction' | 'imageSize' | 'classNames' | 'name' | 'onWarning'> {
  /** What the session's inputs and its output are called. */
  readonly names?: OnnxNames;
}

const OPTIONS = ['process', 'prediction', 'imageSize', 'classNames', 'name', 'onWarning', 'names'];

/** A session that may tell the shapes of what it takes and gives, and can be freed, as onnxruntime's. Open sizes have names. */
type Session = OnnxSession & {
  readonly [Side in 'inputMetadata' | 'outputMetadata']?: readonly {
    readonly name: string;
    readonly shape?: readonly (number | string)[];
  }[];
} & { release?(): Promise<void> };

/**
 * Makes a session a model to draw with: `onnxModel(await InferenceSession.create(file), file)`. Files that `exportOnnxModel` wrote say
 * themselves how they were trained. Disposing the model releases the session.
 *
 * @param file the bytes that the session was made of
 * @throws DenoiserError where the bytes are no ONNX model, the session is no denoiser's, or the size of images is not known.
 */
export function onnxModel(session: Session, file: Uint8Array, options: OnnxModelOptions = {}): Model {
  const { names = {}, ...others } = options;
  checkOptionNames('onnxModel', options, OPTIONS);
  const metadata = readOnnxMetadata(file);
  const training = readFileTraining({ metadata });
  const description = nameOf(options, 'the file');
  const architecture = {
    name: metadata['denoiser.architecture'] ?? 'onnx',
    config: jsonOf(metadata['denoiser.config']),
  };
  const seen = imageFactsOf(session, names);
  const { imageShape } = training;
  const imageFacts = {
    ...seen,
    ...(imageShape && { channels: imageShape[2] }),
    ...(training.learnedVariance !== undefined && { learnedVariance: training.learnedVariance }),
    classes: (options.classNames ?? training.classNames ?? []).length,
  };
  if ((options.imageSize ?? imageShape ?? seen.imageSize) === undefined) {
    throw optionInvalid(`${description} does not say how large its images are; give \`imageSize\`.`);
  }
  const parameterCount = Number(metadata[PARAMETERS]) || 0;
  const facts = factsOf({ training, description }, { architecture, parameterCount, imageFacts }, others);
  return withSession(facts, onnxDenoiser(session, names), () => void session.release?.());
}

/** What a session's inputs and output say of its images. */
function imageFactsOf(session: Session, { sample = 'sample', output = 'out_sample' }: OnnxNames): ImageFacts {
  const sizesOf = (side: 'inputMetadata' | 'outputMetadata', of: string) => {
    const shape = session[side]?.find(({ name }) => name === of)?.shape ?? [];
    return shape.map((size) => (typeof size === 'number' ? size : undefined));
  };
  const [, channels, height, width] = sizesOf('inputMetadata', sample);
  const [, given] = sizesOf('outputMetadata', output);
  return {
    ...(channels && { channels, learnedVariance: given === 2 * channels }),
    ...(height && width && { imageSize: [height, width] }),
  };
}

function jsonOf(text = 'null'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // nothing here depends on it
  }
}

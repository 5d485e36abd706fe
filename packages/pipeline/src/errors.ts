import { DenoiserError, isDenoiserError, isFileError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type PipelineErrorCode =
  /** The file is of no network that is known here. */
  | 'architecture-unknown'
  /** There is no such checkpoint. */
  | 'checkpoint-missing'
  /** The classes of the images are not those of the model. */
  | 'classes-differ'
  /** A configuration that lies beside the weights cannot be read. */
  | 'config-invalid'
  /** Images are of another shape than the model's. */
  | 'dataset-shape'
  /** There are too few images. */
  | 'dataset-small'
  /** The drawing is being gone through already. */
  | 'drawing-begun'
  /** The drawing was left before its end. */
  | 'drawing-left'
  /** The file cannot be read as a model. */
  | 'file-unreadable'
  /** The model was disposed. */
  | 'model-disposed'
  /** The model has no such form. */
  | 'model-unfit'
  /** A message between a worker and who asks it cannot be read. */
  | 'message-invalid'
  /** An option is none, or out of its range. */
  | 'option-invalid'
  /** The model gave values that are not finite. */
  | 'output-not-finite'
  /** A picture has another size than the model's. */
  | 'picture-size'
  /** What is given as a plan has not the fields of one. */
  | 'plan-invalid'
  /** The measure needs a discrete schedule. */
  | 'process-continuous'
  /** There are no snapshots of the averages. */
  | 'snapshots-missing'
  /** The training is being gone through already. */
  | 'training-begun'
  /** The training was left before its end. */
  | 'training-left'
  /** The weights are damaged or not finite. */
  | 'weights-damaged';

/** An error of this package. */
export const PipelineError = DenoiserError<PipelineErrorCode>;

/** Runs `action`; the sentence of an error in it begins with that name, but where a file system's error names its own path. */
export async function naming<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isDenoiserError(error) || isFileError(error)) throw error;
    throw new DenoiserError(error.code, `${name}: ${error.message}`);
  }
}

import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type TrainerErrorCode =
  /** The checkpoint is of another architecture. */
  | 'checkpoint-architecture'
  /** The checkpoint cannot be read, or its parts do not fit. */
  | 'checkpoint-damaged'
  /** There is no such checkpoint. */
  | 'checkpoint-missing'
  /** The checkpoint was written with other options. */
  | 'checkpoint-options'
  /** The checkpoint is of a version that is not read. */
  | 'checkpoint-version'
  /** There are no images. */
  | 'dataset-empty'
  /** A label is not one of the classes. */
  | 'dataset-labels'
  /** The images do not fit into memory. */
  | 'dataset-memory'
  /** Pixels are not numbers from −1 to 1. */
  | 'dataset-pixels'
  /** Images are of another shape than the first, or than the network takes. */
  | 'dataset-shape'
  /** The checkpoint has no such file. */
  | 'file-missing'
  /** The backend lacks a kernel that training needs. */
  | 'kernel-missing'
  /** The model is none that can be trained. */
  | 'model-invalid'
  /** There is no room for what training keeps of every weight. */
  | 'model-too-large'
  /** An option is none, or out of its range. */
  | 'option-invalid'
  /** A part of one's own has to be given again. */
  | 'option-missing'
  /** Parameters are missing, or of other shapes. */
  | 'parameters-mismatch'
  /** A part that is recomputed does not answer as it must. */
  | 'part-invalid'
  /** The snapshots of the averages cannot be read. */
  | 'snapshots-damaged'
  /** There are no snapshots of the averages. */
  | 'snapshots-missing'
  /** The loss or a gradient is no longer finite. */
  | 'training-diverged'
  /** The file of weights cannot be read. */
  | 'weights-damaged'
  /** The weights are those of another network. */
  | 'weights-mismatch';

/** An error of this package. */
export const TrainerError = DenoiserError<TrainerErrorCode>;

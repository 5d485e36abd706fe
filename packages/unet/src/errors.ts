import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type NetworkErrorCode =
  /** The weights are of another architecture. */
  | 'architecture-mismatch'
  /** The network cannot take images of this size. */
  | 'image-size-invalid'
  /** A label is not one of the classes. */
  | 'label-invalid'
  /** The network has no classes. */
  | 'labels-unexpected'
  /** The weights fit nowhere here. */
  | 'model-too-large'
  /** An option is none, or out of its range. */
  | 'option-invalid'
  /** Parameters are missing, or of other shapes. */
  | 'parameters-mismatch'
  /** The device has no numbers of that precision. */
  | 'precision-unsupported'
  /** The input does not have the shape that the network takes. */
  | 'shape-invalid'
  /** The file of weights cannot be read. */
  | 'weights-damaged';

/** An error of this package. */
export const NetworkError = DenoiserError<NetworkErrorCode>;

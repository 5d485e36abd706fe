import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type SafetensorsErrorCode =
  /** A tensor has a number format that is not read. */
  | 'dtype-unsupported'
  /** The file ends before its header says, or goes on after it. */
  | 'file-truncated'
  /** The header is no JSON of the right form. */
  | 'header-invalid'
  /** The list of a model's files is none. */
  | 'index-invalid'
  /** What is to be read is no source of bytes. */
  | 'source-invalid'
  /** A tensor does not fit its shape, its format or the file. */
  | 'tensor-invalid'
  /** There is no tensor of this name. */
  | 'tensor-missing'
  /** Memory has no room for a tensor. */
  | 'tensor-too-large';

/** An error of this package. */
export const SafetensorsError = DenoiserError<SafetensorsErrorCode>;

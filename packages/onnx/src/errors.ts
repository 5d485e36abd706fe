import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type OnnxErrorCode =
  /** A computation of the network is fixed to one number of images. */
  | 'batch-fixed'
  /** The bytes are no ONNX model, or damaged. */
  | 'file-unreadable'
  /** The network has an operation that cannot be written as ONNX yet. */
  | 'kernel-unsupported'
  /** The model is larger than one file of ONNX may be. */
  | 'model-too-large'
  /** The network looks at numbers while it is written down. */
  | 'numbers-unknown'
  /** An option is none, or out of its range. */
  | 'option-invalid'
  /** The session has other inputs or outputs than a denoiser's. */
  | 'session-unfit';

/** An error of this package. */
export const OnnxError = DenoiserError<OnnxErrorCode>;

/** The error of a kernel that has no form in ONNX here. */
export const unsupported = (kernel: string) =>
  new OnnxError(
    'kernel-unsupported',
    `The network runs the kernel ${kernel}, which has no form in ONNX here; leave it out of the network, or compute the same with operations that have one.`,
  );

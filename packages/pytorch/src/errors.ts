import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type PyTorchErrorCode =
  /** A tensor has a number format that is not read. */
  | 'dtype-unsupported'
  /** The archive, or what stands around the pickle, is damaged or cut off. */
  | 'file-damaged'
  /** The file is none that `torch.save` writes, or of a form that is not read. */
  | 'file-unreadable'
  /** The pickle is damaged, or has more in it than a file of weights can have. */
  | 'pickle-damaged'
  /** The pickle names a class, a function or an instruction that files of weights have no use for. */
  | 'pickle-refused'
  /** There is no state dict in the file, or none where it was looked for. */
  | 'state-dict-missing'
  /** A tensor does not fit the storage that it is a view of. */
  | 'tensor-invalid';

/** An error of this package. */
export const PyTorchError = DenoiserError<PyTorchErrorCode>;

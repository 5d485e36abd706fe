import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type NodeErrorCode =
  /** The checkpoint is not whole. */
  | 'checkpoint-damaged'
  /** There is no such checkpoint. */
  | 'checkpoint-missing'
  /** A class has no images. */
  | 'class-empty'
  /** There are no subfolders that could be classes. */
  | 'classes-missing'
  /** No device can be used. */
  | 'device-missing'
  /** There is no device of this name. */
  | 'device-unknown'
  /** The connection breaks again and again. */
  | 'download-broken'
  /** The file on the web became another one while it was read. */
  | 'download-changed'
  /** What came from the web is not what was announced. */
  | 'download-damaged'
  /** The folder has no images. */
  | 'folder-empty'
  /** The path is no folder. */
  | 'folder-invalid'
  /** The folder was moved while it was in use. */
  | 'folder-moved'
  /** An image cannot be read. */
  | 'image-invalid'
  /** Several images cannot be read; `files` lists them. */
  | 'images-invalid'
  /** The model was disposed. */
  | 'model-disposed'
  /** There is no such model. */
  | 'model-missing'
  /** The package onnxruntime-node is not installed. */
  | 'onnxruntime-missing'
  /** An option is none, or out of its range. */
  | 'option-invalid'
  /** What a PNG says of itself is illegible. */
  | 'picture-info-damaged'
  /** The PNG is a grid of several pictures. */
  | 'picture-is-grid'
  /** More requests wait than the queue holds. */
  | 'queue-full'
  /** Another process works in this folder. */
  | 'run-locked'
  /** onnxruntime cannot run the model. */
  | 'session-failed'
  /** What a PNG is to say of itself is too long. */
  | 'settings-long'
  /** The held-out share has no images. */
  | 'validation-empty'
  /** The worker thread ended by itself. */
  | 'worker-ended'
  /** The archive cannot be read. */
  | 'zip-damaged';

/** An error of this package. */
export const NodeError = DenoiserError<NodeErrorCode>;

import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type WebErrorCode =
  /** Another program uses the camera. */
  | 'camera-busy'
  /** There is no camera. */
  | 'camera-missing'
  /** The camera was not allowed. */
  | 'camera-refused'
  /** There is no canvas to draw on. */
  | 'canvas-missing'
  /** The canvas has another kind of context. */
  | 'canvas-taken'
  /** The checkpoint is not whole. */
  | 'checkpoint-damaged'
  /** There is no such checkpoint. */
  | 'checkpoint-missing'
  /** There are no images. */
  | 'dataset-empty'
  /** The images do not fit into memory. */
  | 'dataset-memory'
  /** Another device was chosen before. */
  | 'device-chosen'
  /** The graphics device was lost. */
  | 'device-lost'
  /** No device can be used. */
  | 'device-missing'
  /** No device was chosen yet. */
  | 'device-unchosen'
  /** There is no device of this name. */
  | 'device-unknown'
  /** The file cannot be fetched. */
  | 'file-unreachable'
  /** There is no WebGPU. */
  | 'gpu-missing'
  /** An image cannot be read. */
  | 'image-invalid'
  /** The images were closed. */
  | 'images-closed'
  /** The model was closed. */
  | 'model-closed'
  /** This is no model. */
  | 'model-unknown'
  /** An option is none, or out of its range. */
  | 'option-invalid'
  /** There is not enough memory. */
  | 'out-of-memory'
  /** The page is not served securely. */
  | 'page-insecure'
  /** This is no picture. */
  | 'picture-unknown'
  /** The pixels were not asked for. */
  | 'pixels-missing'
  /** The request was aborted. */
  | 'request-aborted'
  /** The run in the browser's storage is not whole. */
  | 'run-damaged'
  /** There is a run of this name. */
  | 'run-exists'
  /** The run is being trained elsewhere. */
  | 'run-locked'
  /** There is no run of this name. */
  | 'run-missing'
  /** Another tab holds what is to be written. */
  | 'storage-busy'
  /** The browser's storage is full. */
  | 'storage-full'
  /** The browser gives no storage. */
  | 'storage-missing'
  /** The training has ended. */
  | 'training-ended'
  /** The worker was closed. */
  | 'worker-closed'
  /** The worker ended by itself. */
  | 'worker-ended'
  /** The worker's file cannot be loaded. */
  | 'worker-missing';

/** An error of this package. */
export const WebError = DenoiserError<WebErrorCode>;

export function outOfMemory(details: string): DenoiserError {
  return new WebError(
    'out-of-memory',
    `There is not enough memory for this (${details}): choose a smaller network, smaller images or a smaller batch, or close other tabs.`,
  );
}

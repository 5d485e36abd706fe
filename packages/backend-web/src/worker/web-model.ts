import type { TrainableModel } from '@denoiser/trainer';

/** A network that the worker can train, sample from and free; `@denoiser/unet` makes such. */
export type WebModel = TrainableModel & {
  /** Throws unless every label is a class of this network or −1. */
  checkLabels?(labels: ArrayLike<number>): void;
  dispose(): void;
};

/** The networks that a worker knows. */
export type ModelKind = {
  /**
   * A network with fresh weights: of the page's `model` options together with `channels`, `imageSize`, `seed` and, for a
   * conditional one, `classes`; or of the `config` of a checkpoint's architecture.
   */
  readonly createModel: (config: never) => WebModel;
  /** The network in a safetensors file. */
  readonly loadModel: (bytes: Uint8Array) => WebModel;
};

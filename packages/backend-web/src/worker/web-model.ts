import type { Network, NetworkKind } from '@denoiser/pipeline';

/** A network that the worker can train, draw with and free; `@denoiser/unet` makes such. */
export type WebModel = Network;

/** The networks that a worker knows. */
export type ModelKind = {
  /**
   * Creates a network with fresh weights: of the page's `model` options together with `channels`, `imageSize`, `seed` and, for
   * a conditional one, `classes`; or of the `config` of a checkpoint's architecture.
   */
  readonly createModel: (config: never) => WebModel;
  /** Loads the network of what was read of a safetensors file. */
  readonly loadModel: NetworkKind['load'];
  /** All kinds of network that models are opened with, as pipeline's `networks`. Default: the one that `loadModel` loads. */
  readonly networks?: readonly NetworkKind[];
  /** Options of `createModel` unless the page gives others, such as a width that suits a browser. */
  readonly defaults?: Readonly<Record<string, unknown>>;
};

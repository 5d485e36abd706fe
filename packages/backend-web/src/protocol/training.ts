import type { TrainingOptionsInput } from '@denoiser/trainer';
import type { Device } from './device';

export type TrainRequest = {
  /** What the run is called, in the browser's storage, too. There must not be one of that name yet. */
  readonly run: string;
  /** From `openImages`. Its images are kept with the run, so that it can go on after the page was closed. */
  readonly images: number;
  /**
   * The network: passed to the worker's `createModel` together with `channels`, `imageSize`, `seed` and, if it is
   * conditional, `classes`.
   */
  readonly model?: Readonly<Record<string, unknown>>;
  /** Whether the network is told the classes; default: if there are any. */
  readonly isConditional?: boolean;
  /** Options of `createTrainer`: batch size, learning rate, schedule … `seed` defaults to 0, `batchSize` to 8. */
  readonly training?: Partial<TrainingOptionsInput>;
  /** Where it ends, in steps. */
  readonly steps: number;
  /** Mirror half of the images; default false. */
  readonly isFlipped?: boolean;
  /** Steps between checkpoints; default 200. Where they take longer than two minutes, there are checkpoints between. */
  readonly checkpointEvery?: number;
  /** How many checkpoints are kept; default 2. */
  readonly keep?: number;
  /** Samples drawn on the way from the averaged weights, always the same noise; null: none. */
  readonly samples?: SamplesOptions | null;
};

export type SamplesOptions = {
  /** Steps between two; default 200. The last ones are drawn at the end. */
  readonly every?: number;
  /** How many images; default 8. Classes are dealt round. */
  readonly count?: number;
  /** Steps of the sampler, DPM-Solver++; default 20. */
  readonly solverSteps?: number;
  /** Of classifier-free guidance; default 3 for a conditional network. */
  readonly guidance?: number;
};

/** What happens in a run, in order. */
export type TrainingEvent =
  /** Several times a second at most, with all losses since the last. */
  | {
      readonly type: 'progress';
      /** Steps done, and at the end. */
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      readonly losses: readonly { readonly step: number; readonly loss: number }[];
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly imagesPerSecond: number;
    }
  | {
      readonly type: 'samples';
      readonly step: number;
      readonly count: number;
      readonly imageShape: readonly [height: number, width: number, channels: number];
      /** Class of each image, or −1. */
      readonly labels: readonly number[];
      /** RGBA of all images one after the other. */
      readonly pixels: Uint8ClampedArray<ArrayBuffer>;
    }
  | { readonly type: 'checkpoint'; readonly step: number }
  /** A sentence that the user should know though training goes on; 'storage-full': it goes on without checkpoints. */
  | { readonly type: 'warning'; readonly code: string; readonly message: string }
  | { readonly type: 'paused'; readonly step: number }
  | { readonly type: 'resumed'; readonly step: number }
  | { readonly type: 'device-lost'; readonly step: number; readonly message: string }
  /** Training goes on from `step`, the last checkpoint's. */
  | { readonly type: 'device-recovered'; readonly step: number; readonly device: Device }
  /** The last one. */
  | { readonly type: 'done'; readonly status: 'finished' | 'stopped'; readonly step: number };

/** A run in the browser's storage. */
export type RunInfo = {
  readonly run: string;
  /** Steps of its last checkpoint, 0 if there is none, and where it is to end. */
  readonly step: number;
  readonly steps: number;
  readonly images: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly classNames: readonly string[];
  /** What it takes in the storage. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
};

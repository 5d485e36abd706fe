import type { ImageShape } from '@denoiser/ops';
import type { Interval, LossParts } from '@denoiser/trainer';
import type { TrainingOptionsInput } from '@denoiser/trainer/options';

import type { Device } from './device';
import type { ImageSet, TrainingImages } from './pictures';

export type TrainRequest = {
  /** What the run is called in the browser's storage. Without a name it is kept in memory, as long as the worker lives. */
  readonly run?: string | undefined;
  /**
   * What happens where the storage has a run of that name: it is an error (default), the new one replaces it, or the old one
   * goes on to `steps`, with its own images and options.
   */
  readonly ifExists?: 'error' | 'replace' | 'resume' | undefined;
  /** Pictures, or a set of `openImages`. They are kept with the run, so that it can go on after the page was closed. */
  readonly images: TrainingImages | ImageSet;
  /** Side of the square that the network sees, or its height and width: multiples of 8; for pictures. Default 32. */
  readonly size?: number | readonly [height: number, width: number] | undefined;
  /** 3: colours (default), 1: grey; for pictures. */
  readonly channels?: 1 | 3 | undefined;
  /**
   * The network: passed to the worker's `createModel` together with `channels`, `imageSize`, `seed` and, if it is
   * conditional, `classes`. The default is the worker's; of the worker that comes with this package a U-Net of base width 16,
   * which a browser trains in minutes.
   */
  readonly model?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the network is told the classes; default: if there are any. */
  readonly conditional?: boolean | undefined;
  /** Options of `createTrainer`: batch size, learning rate, process … `seed` defaults to 0, `batchSize` to 8. */
  readonly training?: Partial<TrainingOptionsInput> | undefined;
  /** Where it ends, in steps. */
  readonly steps: number;
  /** Mirrors half of the images; default false. */
  readonly flip?: boolean | undefined;
  /** How often there is a checkpoint; default every 200 steps. After two minutes there is one in any case, unless `seconds` says otherwise. */
  readonly checkpointEvery?: Interval | undefined;
  /** How many checkpoints are kept; default 2. */
  readonly keep?: number | undefined;
  /** Samples drawn on the way from the averaged weights, always the same noise; null: none. */
  readonly samples?: SamplesOptions | null | undefined;
  /** How often it is told what the loss of an image is made of, such as `{ seconds: 1 }`; default null: never. */
  readonly lossParts?: Interval | null | undefined;
};

/** A request on its way to the worker. */
export type SentTrainRequest = Omit<TrainRequest, 'images' | 'size' | 'channels'> & {
  /** Known to the worker by this name, kept or not. */
  readonly run: string;
  readonly isKept: boolean;
  /** The id of a set. */
  readonly images: number;
};

export type SamplesOptions = {
  /** How often; default every 200 steps. The last ones are drawn at the end. */
  readonly every?: Interval | undefined;
  /** Steps after which they are drawn besides, such as `[1, 10, 30]`: early ones show the most change. Default none. */
  readonly at?: readonly number[] | undefined;
  /** How many images; default 8. Classes are dealt round. */
  readonly count?: number | undefined;
  /** A sampler by its name, as `drawImages` takes it; default 'dpmpp-2m'. */
  readonly sampler?: string | undefined;
  /** Its steps; default 20. */
  readonly steps?: number | undefined;
  /** Scale of classifier-free guidance; default 3. For a conditional network. */
  readonly guidance?: number | undefined;
};

/** How a training ended. */
export type TrainedRun = {
  /** For `openModel` and `download`, and for `resumeRun` if it is kept. */
  readonly run: string;
  readonly step: number;
  readonly status: 'finished' | 'stopped';
};

/** Images drawn on the way. */
export type SamplesEvent = {
  readonly type: 'samples';
  readonly step: number;
  readonly count: number;
  readonly imageShape: ImageShape;
  /** Class of each image, or −1. */
  readonly labels: readonly number[];
  /** RGBA of all images one after the other. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
};

/** What happens in a run, in order. */
export type TrainingEvent =
  /** Several times a second at most, with all losses since the last. */
  | {
      readonly type: 'progress';
      /** Steps done, and at the end. */
      readonly step: number;
      readonly steps: number;
      /** The number of the last step's epoch, from 1. */
      readonly epoch: number;
      readonly losses: readonly { readonly step: number; readonly loss: number }[];
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly imagesPerSecond: number;
    }
  | SamplesEvent
  /** The first image of the next step: what the network sees of it, has to give, and gives. */
  | ({ readonly type: 'loss-parts' } & LossParts)
  /** The first of a run that goes on: what it showed up to the checkpoint from which it does. */
  | {
      readonly type: 'history';
      readonly losses: readonly { readonly step: number; readonly loss: number }[];
      /** Not more than a few dozen, from the first to the last. */
      readonly samples: readonly SamplesEvent[];
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
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /** What it takes in the storage. */
  readonly bytes: number;
  /** When something of it was last written, such as a checkpoint: milliseconds since 1970. */
  readonly changed: number;
};

import type { Interval } from '@denoiser/trainer';
import type { TrainingOptionsInput } from '@denoiser/trainer/options';
import type { SamplesOptions } from '../protocol/training';

/** What a run is: all that is needed to make its network and trainer again. JSON. */
export type WebRunConfig = {
  readonly run: string;
  /** What `createModel` is given. */
  readonly model: Readonly<Record<string, unknown>>;
  /** What `createTrainer` is given beside the model. */
  readonly training: TrainingOptionsInput;
  readonly conditional: boolean;
  readonly flip: boolean;
  readonly steps: number;
  readonly checkpointEvery: Interval;
  readonly keep: number;
  readonly samples: { readonly [K in keyof SamplesOptions]-?: Exclude<SamplesOptions[K], undefined> } | null;
  readonly lossParts?: Interval | undefined;
};

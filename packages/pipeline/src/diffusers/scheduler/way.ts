import type { SamplerOptions } from '@denoiser/samplers';
import type { Prediction, ProcessOptions } from '@denoiser/schedules';
import type { Settings } from '../settings';

/** How a scheduler says that the network was trained. */
export interface Training {
  readonly process: ProcessOptions;
  readonly prediction?: Prediction;
}

/** What is read of one kind of scheduler. */
export interface Way {
  /** Processes other than those over discrete time. */
  trained?(settings: Settings): Training;
  draws(settings: Drawn): Loose;
}

/** Settings, and where to say what is drawn otherwise. */
export interface Drawn extends Settings {
  readonly isFlow: boolean;
  warn(what: string): void;
}

/** Options some of which are undefined. */
export type Loose = { readonly [Key in keyof SamplerOptions]?: SamplerOptions[Key] | undefined };

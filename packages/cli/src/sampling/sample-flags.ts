import type { DeviceFlags } from '../open-on-device';
import type { SourceFlags } from '../open-source';
import type { PictureFlags } from '../pictures';
import type { SamplerFlags } from '../sampling-plan';

/** The flags of `denoiser sample`. */
export interface SampleFlags
  extends SourceFlags,
    DeviceFlags,
    Omit<SamplerFlags, 'inpaint' | 'strength'>,
    PictureFlags {
  /** A model that comes as a package, by its name. */
  model?: string;
  list?: boolean;
  json?: boolean;
  like?: string;
  count?: number;
  class?: string[];
  /** Characters that are classes, as a row. */
  text?: string;
  sharedNoise?: boolean;
  seed?: number;
  /** Numbers of the images of the seed: of a picture that is drawn again. */
  indices?: number[];
  interpolate?: readonly [number, number];
  out: string;
  columns?: number;
  trajectory?: string;
  guidance?: number;
  guidanceRescale?: number;
  guidanceInterval?: readonly [number, number];
  negativeClass?: string;
  batchSize?: number;
}

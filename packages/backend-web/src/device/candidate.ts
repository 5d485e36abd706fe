import type { Device } from '../protocol/device';

/** Something that may compute: a tfjs backend, and what it takes to have it ready for training. */
export type DeviceCandidate = {
  /** What users call it. */
  readonly name: Device['name'];
  /** The name of its tfjs backend. */
  readonly backend: string;
  /** What it is, in a few words that follow "because it is". */
  readonly description: string;
  /** Why it can't run here, or undefined if it can. Cheap: asked of every candidate. */
  obstacle(): Promise<string | undefined>;
  /** Why it is not taken unless it is asked for by name, though it would run. */
  reservation?(): Promise<string | undefined>;
  /** Makes it tfjs's current backend, ready for training. Throws if it does not start after all. */
  start(): Promise<Started>;
};

export type Started = {
  readonly threads: number;
  readonly gpu?: Gpu;
};

/** A GPU as far as drawing and recovering need it. */
export type Gpu = {
  readonly device: GPUDevice;
  /** Settles, with a reason, when the device and every tensor on it are gone. */
  readonly lost: Promise<string>;
};

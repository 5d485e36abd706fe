/** Something that may compute: a tfjs backend, and what it takes to have it ready for training. */
export type DeviceCandidate = {
  /** What users call it. */
  readonly name: string;
  /** The name of its tfjs backend. */
  readonly backend: string;
  /** What it is, in a few words that follow "because it is". */
  readonly description: string;
  /** Why it can't run here, or undefined if it can. Cheap: asked of every candidate. */
  obstacle(): Promise<string | undefined>;
  /** Why it is taken only when asked for by name, though it runs; undefined, or absent, if it is worth taking. */
  reservation?(): Promise<string | undefined>;
  /** The same on another of its adapters, for `name:1`; absent where it has no numbers. */
  on?(adapter: number): DeviceCandidate;
  /**
   * Makes it tfjs's current backend, ready for training, and says how many threads of the processor compute, or on what
   * else, and bytes of a tensor at most. Throws if it does not start after all.
   */
  start(): Promise<{ threads: number; adapter?: string; tensorBytes?: number }>;
};

/** What may be asked for: 'auto' takes the best that runs. */
export type DeviceRequest = 'auto' | 'webgpu' | 'engine' | 'webgl' | 'cpu';

/** What computes, and why. */
export type Device = {
  readonly name: Exclude<DeviceRequest, 'auto'>;
  /** The tfjs backend that is now current. */
  readonly backend: string;
  /** Threads of the CPU engine; 1 on every other device. */
  readonly threads: number;
  /** Why this one. */
  readonly reason: string;
  /** All that were considered, in order of preference. */
  readonly candidates: readonly { readonly name: string; readonly available: boolean; readonly reason: string }[];
  /** A sentence on how to be faster here, where there is a way: how the page gets the CPU engine's threads. */
  readonly advice?: string;
};

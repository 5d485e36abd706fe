/** What a graphics adapter says of itself: fields of WebGPU's `GPUAdapterInfo` and `GPUSupportedLimits`, and its name. */
export type Adapter = AdapterInfo & {
  /** As its driver calls it. */
  readonly name: string;
  /** Bytes of a buffer at most. */
  readonly maxBufferSize: number;
  /** Bytes of a buffer that a kernel sees at most. */
  readonly maxStorageBufferBindingSize: number;
};

/** What WebGPU says about which adapter it is. */
export type AdapterInfo = {
  readonly name?: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
};

/** Bytes of the largest tensor that an adapter takes. */
export const tensorBytesOf = ({ maxBufferSize, maxStorageBufferBindingSize }: Adapter): number =>
  Math.min(maxBufferSize, maxStorageBufferBindingSize);

/** The adapter for people, like `NVIDIA GeForce RTX 4090 (nvidia lovelace)`. */
export function adapterName({ name, vendor, architecture, device, description }: AdapterInfo): string {
  const family = [vendor, architecture].filter((word) => word).join(' ');
  return `${name || description || device || 'a graphics adapter'}${family && ` (${family})`}`;
}

/** Whether the adapter is a program that computes on the processor. */
export function isSoftwareAdapter(adapter: AdapterInfo): boolean {
  const { name = '', architecture, device, description, isFallbackAdapter } = adapter;
  const renderers = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;
  return isFallbackAdapter || renderers.test([name, architecture, device, description].join(' '));
}

/**
 * Whether Dawn can be told to take the adapter of that number. It takes the first one whose name has the given one in it, and
 * of equal cards only the first can be meant.
 */
export function isReachable(adapters: readonly Pick<Adapter, 'name'>[], number: number): boolean {
  const { name } = adapters[number] ?? { name: '' };
  return number === 0 || adapters.findIndex((other) => other.name.includes(name)) === number;
}

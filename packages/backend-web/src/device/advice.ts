import type { Device } from '../protocol/device';

/** What decides whether there are threads; a page's or a worker's global has it. */
export type Surroundings = {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
};

/** How to be faster on this device, or undefined where there is nothing to say. */
export function adviceFor(
  { name, threads }: Pick<Device, 'name' | 'threads'>,
  { crossOriginIsolated, navigator }: Surroundings = globalThis,
): string | undefined {
  const cores = navigator?.hardwareConcurrency ?? 1;
  if (name !== 'engine' || threads > 1 || crossOriginIsolated !== false || cores < 2) return undefined;
  return `The CPU engine runs on one of ${cores} cores because the page is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.`;
}

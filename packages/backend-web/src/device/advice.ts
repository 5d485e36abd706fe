import type { Device } from '../protocol/device';
import { WITHOUT_WASM } from './policy';

/** What decides whether there are threads; a page's or a worker's global has it. */
export type Surroundings = {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
};

/** How to be faster on this device, or undefined where there is nothing to say. */
export function adviceFor(
  { name, threads, candidates }: Pick<Device, 'name' | 'threads' | 'candidates'>,
  { crossOriginIsolated, navigator }: Surroundings = globalThis,
): string | undefined {
  if (name === 'webgl' || name === 'cpu') {
    const isBarred = candidates.some(({ name, reason }) => name === 'engine' && reason === WITHOUT_WASM);
    return isBarred
      ? "The CPU engine would be much faster, but the page's Content Security Policy does not allow WebAssembly: add 'wasm-unsafe-eval' to its script-src."
      : undefined;
  }
  const cores = navigator?.hardwareConcurrency ?? 1;
  if (name !== 'engine' || threads > 1 || crossOriginIsolated !== false || cores < 2) return undefined;
  return `The CPU engine runs on one of ${cores} cores because the page is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.`;
}

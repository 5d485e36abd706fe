import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** What a graphics adapter says of itself: the fields of WebGPU's `GPUAdapterInfo`. */
export type Adapter = {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
};

const PATIENCE_MS = 20_000;

/**
 * The graphics adapter that Dawn would take; undefined if there is none. Asked in a process of its own: drivers print to
 * the terminal when they find nothing, and a broken one takes its process with it.
 *
 * @param dawn path of the main file of npm's `webgpu`
 */
export function findAdapter(dawn: string): Promise<Adapter | undefined> {
  const program = `
    const { create } = await import(${JSON.stringify(pathToFileURL(dawn).href)});
    const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
    console.log(JSON.stringify(adapter && { vendor, architecture, device, description, isFallbackAdapter }));`;
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, encoding: 'utf8' } as const;
    execFile(process.execPath, ['--input-type=module', '--eval', program], options, (error, answer) => {
      resolve(error ? undefined : adapterIn(answer));
    });
  });
}

/** The adapter in what that process printed: its last line, as a driver may print to the same place first, or may end it unheard. */
export function adapterIn(answer: string): Adapter | undefined {
  try {
    return JSON.parse(answer.trimEnd().split('\n').at(-1) as string) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The adapter for people, like `NVIDIA GeForce RTX 4090 (nvidia lovelace)`. */
export function nameOf({ vendor, architecture, device, description }: Adapter): string {
  const family = [vendor, architecture].filter((word) => word).join(' ');
  return `${description || device || 'a graphics adapter'}${family && ` (${family})`}`;
}

/** Whether the adapter is a program that computes on the processor. */
export function isSoftware({ architecture, device, description, isFallbackAdapter }: Adapter): boolean {
  const renderers = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;
  return isFallbackAdapter || renderers.test([architecture, device, description].join(' '));
}

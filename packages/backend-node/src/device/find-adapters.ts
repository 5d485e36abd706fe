import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Adapter } from './adapter';
import { findPackage } from './find-package';

const PATIENCE_MS = 20_000;

/**
 * The graphics adapters that Dawn finds, the one that it would take first. Asked in a process of its own: drivers print to the
 * terminal when they find nothing, and a broken one takes its process with it. Dawn lists their names to whoever asks for one
 * that there is not.
 *
 * @param dawn path of the main file of npm's `webgpu`
 */
export function findAdapters(dawn: string): Promise<readonly Adapter[]> {
  const program = `
    const { create } = await import(${JSON.stringify(pathToFileURL(dawn).href)});
    const ask = (options) => create(options).requestAdapter({ powerPreference: 'high-performance' });
    const list = await ask(['adapter=a name that no adapter has']).then(() => '', (error) => error.message ?? error);
    const names = Array.from(String(list).matchAll(/^ \\* backend: '.*', name: '(.*)'$/gm), ([, name]) => name);
    const found = [];
    for (const name of names.length > 0 ? names : ['']) {
      const adapter = await ask(name ? ['adapter=' + name] : []);
      const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
      const { maxBufferSize, maxStorageBufferBindingSize } = adapter?.limits ?? {};
      const info = { name, vendor, architecture, device, description, isFallbackAdapter };
      if (adapter) found.push({ ...info, maxBufferSize, maxStorageBufferBindingSize });
    }
    console.log(JSON.stringify(found));`;
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, encoding: 'utf8' } as const;
    execFile(process.execPath, ['--input-type=module', '--eval', program], options, (error, answer) => {
      resolve(error ? [] : adaptersIn(answer));
    });
  });
}

/** The adapters that the process has told of in its last line, as a driver may print to the same place first; it may also end without a word. */
export function adaptersIn(answer: string): readonly Adapter[] {
  try {
    const found = JSON.parse(answer.trimEnd().split('\n').at(-1) as string);
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

let asked: Promise<readonly Adapter[]> | undefined;

/**
 * Lists the graphics adapters of this machine that WebGPU can compute on, without starting any: number i is the device
 * `webgpu:i`, and `webgpu` is the first. None where the package `webgpu` is not installed.
 */
export function listAdapters(): Promise<readonly Adapter[]> {
  const dawn = findPackage('webgpu');
  asked ??= dawn === undefined ? Promise.resolve([]) : findAdapters(dawn);
  return asked;
}

import { printable } from '@denoiser/errors';
import type { ByteSource } from '@denoiser/safetensors';
import { invalid } from './settings';

/** Files by their paths in a folder, with slashes: of a disk, of a page's choice of files, of an archive. */
export interface FileFolder {
  /** Lists the paths of its files, those in folders of it as well: `unet/config.json`. */
  list(): Promise<readonly string[]>;
  /** Opens a file of it; whoever opens one closes it. */
  open(path: string): Promise<ByteSource>;
}

/** More than any configuration takes, with the βs of 100,000 steps. */
const MOST_BYTES = 2 ** 23;

/**
 * Reads a JSON file of a folder.
 *
 * @throws DenoiserError (`config-invalid`) where it is none.
 */
export async function readJson(folder: FileFolder, path: string): Promise<unknown> {
  const source = await folder.open(path);
  try {
    if (source.length > MOST_BYTES) throw invalid(path, `has ${source.length} bytes, more than a configuration takes`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await source.read(0, source.length));
    return parsePythonJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw invalid(path, `is not JSON (${printable(error.message.slice(0, 100))})`);
  } finally {
    await source.close?.();
  }
}

/** A text in quotes, or what Python writes for numbers that JSON does not have. */
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** Returns the value of JSON as Python writes it: `-Infinity`, which diffusers saves as a default, is null. */
export const parsePythonJson = (text: string): unknown =>
  JSON.parse(text.replace(TEXT_OR_NUMBER, (found) => (found.startsWith('"') ? found : 'null')));

import { WebError } from '../errors';
import type { SentModelSource } from '../protocol/model';

/**
 * What a model is opened from: a file of safetensors or of PyTorch as bytes, a file or blob, or by its address; a folder as
 * diffusers saves a model, as its files by their paths in it; or a run that this browser keeps, by its name. A word with a dot
 * or a slash is an address, any other the name of a run; `{ run }` names any run.
 */
export type ModelSource =
  | Blob
  | ArrayBuffer
  | Uint8Array
  | ReadonlyMap<string, Blob>
  | URL
  | string
  | { readonly run: string };

/** Returns the source as the worker takes it. An address is fetched. */
export async function sendableModel(source: ModelSource): Promise<SentModelSource> {
  if (source instanceof URL || (typeof source === 'string' && /[./]/.test(source))) return fetchModel(source);
  if (typeof source === 'string') return { run: source };
  if (source instanceof Blob || source instanceof ArrayBuffer || source instanceof Uint8Array) {
    return { file: source, ...('name' in source && { name: String(source.name) }) };
  }
  if (source instanceof Map) return { folder: source };
  if (typeof (source as { run?: unknown })?.run === 'string') return source as { run: string };
  throw new WebError(
    'model-unknown',
    'A model is opened from bytes, a file or blob, the files of a folder, an address, or the name of a kept run.',
  );
}

async function fetchModel(address: URL | string): Promise<SentModelSource> {
  const failed = (why: string) =>
    new WebError(
      'file-unreachable',
      `The model ${address} could not be fetched (${why}): check address and connection.`,
    );
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw failed((error as Error).message);
  }
  if (!response.ok) throw failed(`the server answered ${response.status}`);
  if (response.headers.get('content-type')?.startsWith('text/html')) throw failed('the server sent a page instead');
  return {
    file: await response.blob(),
    name:
      String(address)
        .split(/[/?#]/)
        .findLast((part) => part.includes('.')) ?? String(address),
  };
}

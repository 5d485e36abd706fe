import { NodeError } from '../errors';

/** A model of this size fits no machine that this library runs on. */
const LARGEST = 16 * 2 ** 30;

/**
 * Fetches a file from the web.
 *
 * @throws DenoiserError that names the address where the answer is no file.
 */
export async function fetchFile(url: URL): Promise<Uint8Array> {
  const refuse = (what: string) => new NodeError('model-missing', `${url.href} ${what}; check the address.`);
  const response = await fetch(url).catch((error: Error) => {
    throw refuse(`cannot be reached (${error.cause instanceof Error ? error.cause.message : error.message})`);
  });
  if (!response.ok) throw refuse(`answers ${response.status} ${response.statusText}`.trimEnd());
  if (/^text\/html\b/.test(response.headers.get('content-type') ?? '')) throw refuse('answers with a page, not a file');
  if (Number(response.headers.get('content-length')) > LARGEST) throw refuse('is larger than any model');
  return new Uint8Array(await response.arrayBuffer());
}

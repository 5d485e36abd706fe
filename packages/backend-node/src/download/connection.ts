import { NodeError } from '../errors';

/** How long a server may send nothing. */
const STALLED_MS = 60_000;
/** Answers after which the same request may succeed. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/** The body of an answer, as a place in the file that moves on. */
export interface Connection {
  /** Where the file's next byte is that comes. */
  readonly position: number;
  /** Bytes of the whole file; undefined where the server does not say. */
  readonly length: number | undefined;
  /** Whether a part can be asked for. */
  readonly hasRanges: boolean;
  /** What tells this version of the file from another one, if the server says. */
  readonly version: string | undefined;
  /** Returns what comes next; undefined at the end of the answer. */
  next(): Promise<Uint8Array | undefined>;
  close(): void;
}

/** A failure that may pass: the connection broke, or the server has no time. */
export class Dropped extends Error {}

/**
 * Asks for a file from a byte on (RFC 9110, 14.2). A server that has no ranges sends the whole file: the position is 0 then.
 *
 * @throws Dropped where it may be tried again; DenoiserError (`model-missing`) where the answer is no file.
 */
export async function connect(url: URL, from: number, version?: string, signal?: AbortSignal): Promise<Connection> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort);
  const close = () => {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
  };
  const waitFor = async <T>(promise: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => stop.abort(new Error('nothing came for a minute')), STALLED_MS);
    try {
      return await promise;
    } catch (error) {
      signal?.throwIfAborted();
      throw new Dropped(reasonOf(error));
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    // Encoded, the bytes would have other places.
    const headers = { range: `bytes=${from}-`, 'accept-encoding': 'identity', ...(version && { 'if-range': version }) };
    const response = await waitFor(fetch(url, { headers, signal: stop.signal }));
    const place = placeOf(url, response, from);
    const reader = response.body?.getReader();
    let { position } = place;
    return {
      ...place,
      get position() {
        return position;
      },
      version: versionOf(response.headers),
      async next() {
        const chunk = reader && (await waitFor(reader.read()));
        if (!chunk || chunk.done) return undefined;
        position += chunk.value.length;
        return chunk.value;
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function placeOf(url: URL, { status, statusText, headers }: Response, from: number) {
  const refuse = (what: string) => new NodeError('model-missing', `${url.href} ${what}; check the address.`);
  if (PASSING.includes(status)) throw new Dropped(`it answers ${status} ${statusText}`.trimEnd());
  if (status !== 200 && status !== 206) throw refuse(`answers ${status} ${statusText}`.trimEnd());
  if (/^text\/html\b/.test(headers.get('content-type') ?? '')) throw refuse('answers with a page, not a file');
  if (status === 200) {
    const isEncoded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
    const length = isEncoded ? null : headers.get('content-length');
    return { position: 0, length: lengthOf(length), hasRanges: false };
  }
  const [, first, whole] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  if (Number(first) !== from) throw refuse('sends another part of the file than was asked for');
  return { position: from, length: lengthOf(whole), hasRanges: true };
}

function lengthOf(text: string | null | undefined): number | undefined {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A strong entity tag, or the date of the last change: what `If-Range` takes. */
function versionOf(headers: Headers): string | undefined {
  const tag = headers.get('etag');
  return (tag?.startsWith('"') ? tag : headers.get('last-modified')) ?? undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

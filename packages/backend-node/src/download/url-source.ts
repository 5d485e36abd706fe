import { createHash, type Hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteSource } from '@denoiser/safetensors';
import { NodeError } from '../errors';
import { type Connection, connect, Dropped } from './connection';

/** A model of this size fits no machine that this library runs on. */
const LARGEST = 16 * 2 ** 30;
/** To read on over so much takes no longer than another request. */
const SKIPPED = 2 ** 20;
const RETRIES = 5;
const NOTHING = new Uint8Array(0);

/** How far a download is, in bytes. */
export interface DownloadProgress {
  readonly received: number;
  /** Undefined where the server does not say. */
  readonly total: number | undefined;
}

export interface UrlSourceOptions {
  /** Ends the download; what is being read is refused with its reason. */
  readonly signal?: AbortSignal;
  /** Told whenever bytes came. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** The SHA-256 of the file, hexadecimal. The read that reaches the file's end fails where it is another one. */
  readonly sha256?: string;
  /** How often in a row, without a byte between, a broken connection is made anew. Default 5. */
  readonly retries?: number;
}

/**
 * Opens a file on the web of which parts are read where they stand. What is read in order comes over one connection, as fast as it
 * is asked for; when the connection breaks, another one goes on where it was. A server without ranges is read from the start, what
 * is not asked for is passed over.
 *
 * @throws DenoiserError that names the address where the answer is no file, where it changes, or has another SHA-256.
 */
export async function openUrlSource(
  url: URL,
  options: UrlSourceOptions = {},
): Promise<ByteSource & { close(): Promise<void> }> {
  if (options.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(options.sha256)) {
    throw new NodeError('option-invalid', '`sha256` is not 64 hexadecimal digits; give the SHA-256 of the file.');
  }
  const connection = await connect(url, 0, undefined, options.signal).catch((error) => {
    throw error instanceof Dropped ? unreachable(url, error) : error;
  });
  if ((connection.length ?? 0) > LARGEST) {
    connection.close();
    throw tooLarge(url);
  }
  const download = new Download(url, options, connection);
  if (connection.length !== undefined) return download;
  try {
    await download.keepAll();
    return download;
  } catch (error) {
    await download.close();
    throw error;
  }
}

class Download {
  length: number;
  /** Calls wait for each other: there is one connection. */
  private last: Promise<unknown> = Promise.resolve();
  private connection: Connection | undefined;
  /** Bytes that came and were not asked for yet; they end at the connection's position. */
  private rest: Uint8Array = NOTHING;
  private readonly version: string | undefined;
  private readonly hasRanges: boolean;
  private readonly hash: Hash | undefined;
  /** The bytes before it have come once, and are in the hash. */
  private received = 0;
  /** Why nothing more of the file is given. */
  private fault: Error | undefined;
  /** The whole file, where the server does not say how long it is. */
  private parts: Uint8Array[] | undefined;

  constructor(
    private readonly url: URL,
    private readonly options: UrlSourceOptions,
    connection: Connection,
  ) {
    this.connection = connection;
    this.version = connection.version;
    this.hasRanges = connection.hasRanges;
    this.length = connection.length ?? Number.POSITIVE_INFINITY;
    if (options.sha256 !== undefined) this.hash = createHash('sha256');
  }

  read(from: number, to: number): Promise<Uint8Array> {
    return this.inTurn(async () => {
      if (this.fault) throw this.fault;
      const bytes = new Uint8Array(to - from);
      if (this.parts) copyFrom(this.parts, from, bytes);
      else await this.fill(from, bytes);
      return bytes;
    });
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      this.disconnect();
      this.parts = undefined;
    });
  }

  /** Reads a file of unknown length to its end. */
  async keepAll(): Promise<void> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const part = await this.connection?.next().catch((error) => {
        throw error instanceof Dropped ? this.broken(error) : error;
      });
      if (!part) break;
      this.note(this.received, part);
      parts.push(part);
      if (this.received > LARGEST) throw tooLarge(this.url);
    }
    this.disconnect();
    this.length = this.received;
    this.parts = parts;
    this.checkHash();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work);
    this.last = mine.catch(() => {});
    return mine;
  }

  private async fill(from: number, bytes: Uint8Array): Promise<void> {
    for (let filled = 0; filled < bytes.length; ) {
      const part = await this.partAt(from + filled);
      const used = Math.min(part.length, bytes.length - filled);
      bytes.set(part.subarray(0, used), filled);
      this.rest = part.subarray(used);
      filled += used;
    }
  }

  /** Returns bytes that begin at a place, at least one. */
  private async partAt(place: number): Promise<Uint8Array> {
    this.moveTo(place);
    let failures = 0;
    let before = this.received;
    for (;;) {
      const skipped = place - this.start;
      if (skipped >= 0 && skipped < this.rest.length) return this.rest.subarray(skipped);
      try {
        await this.receive(place);
      } catch (error) {
        this.disconnect();
        if (!(error instanceof Dropped)) throw error;
        // Where the file has to come from its start again, bytes alone are no progress.
        failures = this.received > before ? 1 : failures + 1;
        before = this.received;
        if (failures > (this.options.retries ?? RETRIES)) throw this.broken(error);
        await this.wait(failures);
      }
    }
  }

  /** Takes what comes next, of a connection made anew if there is none. */
  private async receive(place: number): Promise<void> {
    this.connection ??= await this.reconnect(place);
    const { position } = this.connection;
    const part = await this.connection.next();
    if (!part) throw new Dropped('the answer ends early');
    this.note(position, part);
    this.rest = part;
  }

  /** Where the bytes begin that are next without another request. */
  private get start(): number {
    return (this.connection?.position ?? 0) - this.rest.length;
  }

  /** Leaves a connection that does not come to this place soon. */
  private moveTo(place: number): void {
    const isFar = this.hasRanges && !this.hash && place - this.start > SKIPPED;
    if (place < this.start || isFar) this.disconnect();
  }

  private disconnect(): void {
    this.connection?.close();
    this.connection = undefined;
    this.rest = NOTHING;
  }

  private async reconnect(place: number): Promise<Connection> {
    // What the hash lacks has to come as well.
    const from = this.hash ? Math.min(place, this.received) : place;
    const connection = await connect(this.url, this.hasRanges ? from : 0, this.version, this.options.signal);
    if (connection.length === this.length && connection.version === this.version) return connection;
    connection.close();
    throw new NodeError('download-changed', `${this.url.href} has changed while it was read; open it again.`);
  }

  /** At once the first time, then twice as long each time. */
  private async wait(failures: number): Promise<void> {
    const { signal } = this.options;
    if (failures > 1) await sleep(125 * 2 ** failures, undefined, signal && { signal });
  }

  /** Counts and hashes what comes for the first time. */
  private note(position: number, part: Uint8Array): void {
    const end = position + part.length;
    if (end > this.length) {
      throw new NodeError('download-damaged', `${this.url.href} sends more than it said; check the address.`);
    }
    if (end <= this.received) return;
    this.hash?.update(part.subarray(Math.max(this.received - position, 0)));
    this.received = end;
    this.options.onProgress?.({ received: end, total: Number.isFinite(this.length) ? this.length : undefined });
    if (end === this.length) this.checkHash();
  }

  private checkHash(): void {
    const found = this.hash?.digest('hex');
    if (found === this.options.sha256?.toLowerCase()) return;
    this.fault = new NodeError(
      'download-damaged',
      `${this.url.href} has the SHA-256 ${found}, not the one given; get it anew, or correct \`sha256\`.`,
    );
    throw this.fault;
  }

  private broken({ message }: Dropped): Error {
    const place = Number.isFinite(this.length) ? `${this.received} of ${this.length}` : `${this.received}`;
    return new NodeError(
      'download-broken',
      `${this.url.href} breaks off at byte ${place} (${message}); try again later.`,
    );
  }
}

/** Copies what stands from a place on in a row of parts. */
function copyFrom(parts: readonly Uint8Array[], from: number, bytes: Uint8Array): void {
  let place = -from;
  for (const part of parts) {
    const begin = Math.max(-place, 0);
    const end = Math.min(part.length, bytes.length - place);
    if (begin < end) bytes.set(part.subarray(begin, end), place + begin);
    place += part.length;
  }
}

function unreachable(url: URL, { message }: Dropped): Error {
  return new NodeError('model-missing', `${url.href} cannot be reached (${message}); check the address.`);
}

const tooLarge = (url: URL) =>
  new NodeError('model-missing', `${url.href} is larger than any model; check the address.`);

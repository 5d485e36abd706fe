import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface FileServerOptions {
  /** Default: it obeys `Range`. */
  readonly hasRanges?: boolean;
  /** After how many bytes of each answer the connection is cut. Default: never. */
  readonly dropAfter?: (request: number) => number;
  /** Default '"1"'. */
  readonly etag?: (request: number) => string;
  /** Whether it says how long the file is. Default true. */
  readonly saysLength?: boolean;
  /** The status of an answer without a file; undefined for an answer with one. */
  readonly status?: (request: number) => number | undefined;
}

/** A server on 127.0.0.1 that serves one file, as badly as is asked of it. */
export async function serveFile(content: Uint8Array, options: FileServerOptions = {}) {
  const {
    hasRanges = true,
    dropAfter = () => Number.POSITIVE_INFINITY,
    etag = () => '"1"',
    saysLength = true,
  } = options;
  const ranges: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const number = ranges.push(request.headers.range) - 1;
    const status = options.status?.(number);
    if (status !== undefined) return void response.writeHead(status).end();
    const isSame = [undefined, etag(number)].includes(request.headers['if-range'] as string | undefined);
    const first = hasRanges && isSame ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const body = content.subarray(first);
    response.writeHead(hasRanges && isSame ? 206 : 200, {
      etag: etag(number),
      ...(saysLength && { 'content-length': body.length }),
      ...(hasRanges &&
        isSame && { 'content-range': `bytes ${first}-${content.length - 1}/${saysLength ? content.length : '*'}` }),
    });
    const most = dropAfter(number);
    // What was written reaches the client before the connection ends.
    if (body.length > most)
      response.write(body.subarray(0, most), () => setTimeout(() => response.socket?.destroy(), 5));
    else response.end(body);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, ranges, close };
}

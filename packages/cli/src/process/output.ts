import { fileError, isDenoiserError } from '@denoiser/errors';

/** Whoever reads is gone, a pipe's end or a terminal: no error. */
const GONE = ['EPIPE', 'EIO', 'EBADF'];

/** A stream that is written to as long as it takes it; work never ends for the sake of its output. */
export interface Output {
  readonly hasFailed: boolean;
  write(this: void, chunk: string | Uint8Array): void;
}

/** Wraps a stream. `onFailure` is told once, in a sentence, why it takes no more. */
export function createOutput(stream: NodeJS.WritableStream, onFailure: (reason: string) => void): Output {
  let isOpen = true;
  let hasFailed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    const isNew = isOpen;
    isOpen = false;
    if (!isNew || GONE.includes(error.code ?? '')) return;
    hasFailed = true;
    const known = fileError(error, 'write', 'the output');
    onFailure(isDenoiserError(known) ? known.message : error.message);
  });
  return {
    get hasFailed() {
      return hasFailed;
    },
    write(chunk) {
      if (isOpen) stream.write(chunk);
    },
  };
}

import { DenoiserError } from '@denoiser/errors';
import { PipelineError } from '../errors';
import type { Endpoint, Transferred } from './endpoint';
import { type Example, isLike } from './is-like';
import { isMessage, isSentError, NO_CALL, type ToAnswerer } from './messages';
import type { MethodTable } from './methods';

type Options = { readonly transfer?: Transferred[]; readonly signal?: AbortSignal | undefined };

/** Asks the other end of a channel. */
export interface Caller<Methods extends MethodTable<keyof Methods & string>> {
  /** Asks and waits for the answer. */
  call<M extends keyof Methods & string>(
    method: M,
    argument: Methods[M]['argument'],
    options?: Options & { readonly onEvent?: (event: Methods[M]['event']) => void },
  ): Promise<Methods[M]['answer']>;
  /** Asks at once, yields the events and returns the answer; leaving the loop cancels. */
  stream<M extends keyof Methods & string>(
    method: M,
    argument: Methods[M]['argument'],
    options?: Options,
  ): AsyncGenerator<Methods[M]['event'], Methods[M]['answer'], undefined>;
  /** Rejects all that has no answer yet, and all that is asked from now on. */
  fail(error: Error): void;
}

/** What answers and events of methods are like; one that is not rejects its call. Those that are not named may be anything. */
export type Examples<Methods> = {
  readonly [M in keyof Methods]?: { readonly answer?: Example; readonly event?: Example };
};

type Pending = {
  readonly method: string;
  event(event: unknown): void;
  answer(answer: unknown): void;
  error(error: unknown): void;
};

/** Returns a caller over a channel: it numbers calls, and finds for each message the call that it belongs to. */
export function createCaller<Methods extends MethodTable<keyof Methods & string>>(
  endpoint: Endpoint,
  examples: Examples<Methods> = {},
): Caller<Methods> {
  const pending = new Map<number, Pending>();
  let last = 0;
  let failure: Error | undefined;

  const rejectAll = (error: Error) => {
    const calls = [...pending.values()];
    pending.clear();
    for (const call of calls) call.error(error);
  };

  endpoint.addEventListener('message', ({ data }) => {
    if (!isMessage(data)) return;
    const message = data as typeof data & {
      readonly event?: unknown;
      readonly error?: unknown;
      readonly answer?: unknown;
    };
    if (data.denoiser === NO_CALL) return rejectAll(errorOf(message.error));
    const call = pending.get(data.denoiser);
    if (!call) return;
    const part = 'event' in message ? 'event' : 'answer' in message ? 'answer' : undefined;
    const example = part && examples[call.method as keyof Methods]?.[part];
    const isFit = part !== undefined && (example === undefined || isLike(message[part], example));
    if (part === 'event' && isFit) return call.event(message.event);
    pending.delete(data.denoiser);
    if (part === 'event') endpoint.postMessage({ denoiser: data.denoiser, cancel: true } satisfies ToAnswerer, []);
    if (isFit) call.answer(message.answer);
    else call.error(errorOf(message.error));
  });
  endpoint.addEventListener('messageerror', () => rejectAll(unreadable())); // whose it is nobody knows

  /** Sends a call; gives the way to send more about it. */
  function send(method: string, argument: unknown, { transfer = [], signal }: Options, call: Omit<Pending, 'method'>) {
    const id = ++last;
    const post = (message: Record<string, unknown>) =>
      endpoint.postMessage({ denoiser: id, ...message } as ToAnswerer, []);
    if (failure ?? signal?.aborted) {
      call.error(failure ?? signal?.reason);
      return { post };
    }
    const abort = () => {
      if (!pending.delete(id)) return;
      post({ cancel: true });
      call.error(signal?.reason);
    };
    const ended = () => signal?.removeEventListener('abort', abort);
    pending.set(id, {
      method,
      event: call.event,
      answer: (answer) => {
        ended();
        call.answer(answer);
      },
      error: (error) => {
        ended();
        call.error(error);
      },
    });
    signal?.addEventListener('abort', abort);
    try {
      endpoint.postMessage({ denoiser: id, method, argument } as ToAnswerer, transfer);
    } catch (error) {
      pending.delete(id);
      ended();
      call.error(isNotPlain(error) ? new PipelineError('option-invalid', notPlain(method, error)) : error);
    }
    return { post, isPending: () => pending.has(id) };
  }

  return {
    call: (method, argument, options = {}) =>
      new Promise((resolve, reject) => {
        const { post } = send(method, argument, options, {
          event(event) {
            post({ taken: true });
            options.onEvent?.(event as never);
          },
          answer: resolve as (answer: unknown) => void,
          error: reject,
        });
      }),

    stream(method, argument, options = {}) {
      const queue: unknown[] = [];
      let end: { answer?: unknown; error?: unknown } | undefined;
      let wake = () => {};
      const { post, isPending } = send(method, argument, options, {
        event(event) {
          queue.push(event);
          wake();
        },
        answer(answer) {
          end = { answer };
          wake();
        },
        error(error) {
          end = { error };
          wake();
        },
      });
      return (async function* () {
        try {
          for (;;) {
            while (queue.length > 0 && !(options.signal?.aborted && end)) {
              post({ taken: true });
              yield queue.shift() as never;
            }
            if (end && 'error' in end) throw end.error;
            if (end) return end.answer as never;
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        } finally {
          if (isPending?.()) post({ cancel: true });
        }
      })();
    },

    fail(error) {
      failure = error;
      rejectAll(error);
    },
  };
}

const unreadable = () =>
  new PipelineError(
    'message-invalid',
    'A message from the worker cannot be read: use one version of the package for both ends, and ask again.',
  );

const errorOf = (sent: unknown): Error =>
  isSentError(sent) ? new DenoiserError(sent.code, sent.message) : unreadable();

/** Whether an argument is no plain data, such as a function under a misspelt name. */
const isNotPlain = (error: unknown): error is Error => error instanceof DOMException && error.name === 'DataCloneError';

const notPlain = (method: string, { message }: Error): string =>
  `An option of \`${method}\` cannot be sent to the worker (${message}): give plain values, and functions only where one is asked for.`;

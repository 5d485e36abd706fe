import { isDenoiserError } from '@denoiser/errors';
import { PipelineError } from '../errors';
import type { Endpoint, Transferred } from './endpoint';
import { isMessage, NO_CALL, type SentError, type ToAnswerer, type ToCaller } from './messages';
import type { MethodTable } from './methods';

/** What a method has beside its argument. */
export type Context<Event> = {
  /** Sends an event. Resolves when the caller keeps up: after at most `AHEAD` that it has not taken. */
  emit(event: Event, transfer?: Transferred[]): Promise<void>;
  /** Aborted when the caller is no longer interested. */
  readonly signal: AbortSignal;
  /** Buffers of the answer that are given away with it. */
  transfer(...buffers: Transferred[]): void;
};

/** A function for each method. */
export type Answers<Methods extends MethodTable<keyof Methods & string>> = {
  readonly [M in keyof Methods]: (
    argument: Methods[M]['argument'],
    context: Context<Methods[M]['event']>,
  ) => Promise<Methods[M]['answer']>;
};

/** Events that may be on their way. */
const AHEAD = 2;

type Running = { readonly controller: AbortController; taken(): void };

/**
 * Answers the calls that come over a channel. Errors of denoiser go back as code and sentence; `explain` may find a sentence
 * for others. An error that nobody foresaw gets a sentence around it, and its stack stays in this side's console.
 */
export function answerCalls<Methods extends MethodTable<keyof Methods & string>>(
  endpoint: Endpoint,
  answers: Answers<Methods>,
  explain: (message: string) => SentError | undefined = () => undefined,
): void {
  const running = new Map<number, Running>();
  const post = (message: ToCaller, transfer: Transferred[] = []) => endpoint.postMessage(message, transfer);

  async function answer(id: number, method: string, argument: unknown): Promise<void> {
    const controller = new AbortController();
    let outstanding = 0;
    let keepUp = () => {};
    const transfers: Transferred[] = [];
    running.set(id, {
      controller,
      taken() {
        outstanding--;
        keepUp();
      },
    });
    controller.signal.addEventListener('abort', () => keepUp());
    try {
      const isKnown = typeof method === 'string' && Object.hasOwn(answers, method);
      const found = isKnown ? answers[method as keyof Methods] : undefined;
      if (!found) throw new PipelineError('message-invalid', unknownMethod);
      const result = await (found as (argument: unknown, context: Context<unknown>) => Promise<unknown>)(argument, {
        signal: controller.signal,
        transfer: (...buffers) => transfers.push(...buffers),
        async emit(event, transfer) {
          if (controller.signal.aborted) return;
          outstanding++;
          post({ denoiser: id, event }, transfer);
          while (outstanding >= AHEAD && !controller.signal.aborted) {
            await new Promise<void>((resolve) => {
              keepUp = resolve;
            });
          }
        },
      });
      post({ denoiser: id, answer: result }, transfers);
    } catch (error) {
      // A call that was given up fails as it may; nobody hears of it.
      if (!controller.signal.aborted) post({ denoiser: id, error: asSent(error, explain) });
    } finally {
      running.delete(id);
      controller.abort(); // what a call that failed has left under way learns that nobody listens
    }
  }

  endpoint.addEventListener('message', ({ data }) => {
    if (!isMessage(data)) return;
    const message = data as ToAnswerer;
    if ('method' in message) void answer(message.denoiser, message.method, message.argument);
    else if ('taken' in message) running.get(message.denoiser)?.taken();
    else running.get(message.denoiser)?.controller.abort();
  });
  endpoint.addEventListener('messageerror', () => {
    const message =
      'The worker cannot read what it was sent: use one version of the package for both ends, and ask again.';
    post({ denoiser: NO_CALL, error: { code: 'message-invalid', message } });
  });
}

const unknownMethod = 'The worker does not know what it was asked: use one version of the package for both ends.';

function asSent(error: unknown, explain: (message: string) => SentError | undefined): SentError {
  if (isDenoiserError(error)) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  const explained = explain(message);
  if (explained) return explained;
  console.error(error);
  return { code: 'unexpected', message: `Something in the worker failed that should not: ${message}` };
}

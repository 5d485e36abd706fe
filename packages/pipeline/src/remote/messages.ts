/**
 * What goes over a channel. `denoiser` is the number of the call, so that both ends may talk about other things beside this.
 *
 * The caller calls, takes events (the answerer waits when too many are not taken) and may cancel; the answerer sends events
 * and, at the end, an answer or an error.
 */
export type ToAnswerer = { readonly denoiser: number } & (
  | { readonly method: string; readonly argument: unknown }
  | { readonly taken: true }
  | { readonly cancel: true }
);

export type ToCaller = { readonly denoiser: number } & (
  | { readonly event: unknown }
  | { readonly answer: unknown }
  | { readonly error: SentError }
);

/** An error that a user can mend, on its way. */
export type SentError = { readonly code: string; readonly message: string };

/** The number of no call: an error of one that could not be read. */
export const NO_CALL = 0;

export const isSentError = (value: unknown): value is SentError => {
  const { code, message } = (value ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'string' && typeof message === 'string';
};

export function isMessage(data: unknown): data is { readonly denoiser: number } {
  return typeof data === 'object' && data !== null && typeof (data as { denoiser?: unknown }).denoiser === 'number';
}

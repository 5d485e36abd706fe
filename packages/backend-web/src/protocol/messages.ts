/**
 * What goes over the border. `denoiser` is the number of the call, so that a page may talk to its worker beside this.
 *
 * The page calls, takes events (the worker waits when too many are not taken) and may cancel; the worker sends events and,
 * at the end, an answer or an error.
 */
export type ToWorker = { readonly denoiser: number } & (
  | { readonly method: string; readonly argument: unknown }
  | { readonly taken: true }
  | { readonly cancel: true }
);

export type ToPage = { readonly denoiser: number } & (
  | { readonly event: unknown }
  | { readonly answer: unknown }
  | { readonly error: SentError }
);

export type SentError = { readonly code: string; readonly message: string };

export function isMessage(data: unknown): data is { readonly denoiser: number } {
  return typeof data === 'object' && data !== null && typeof (data as { denoiser?: unknown }).denoiser === 'number';
}

/** What the thread of a command tells the one in front. */
export type FromWorker = { readonly code: number } | { readonly status: string };

/** What a worker of this package offers the page. */
export type WorkerApi = Record<string, never>;

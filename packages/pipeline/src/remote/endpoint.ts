/** What can be given away with a message, such as an `ArrayBuffer` or a `MessagePort`. */
export type Transferred = object;

/** One end of a channel: a `Worker` of a page, the global of a worker, a `MessagePort`. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferred[]): void;
  /** 'messageerror': something came that cannot be read. */
  addEventListener(type: 'message' | 'messageerror', listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

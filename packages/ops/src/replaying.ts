import { backend, type Tensor } from '@tensorflow/tfjs-core';

/** Work of tensors that may be recorded when it is first called. Whoever calls it disposes the result; afterwards all of it. */
export interface Replayed {
  call(...inputs: Tensor[]): Tensor;
  dispose(): void;
}

/** A backend that records commands, and can run them again: see `replayedBy`. */
interface ReplayingBackend {
  replaying(work: (...inputs: Tensor[]) => Tensor): Replayed;
}

/**
 * Returns work that the current backend runs from a recording of one of its first calls where it can, as a graphics card and the CPU engine
 * do: the calls that follow then take next to no time in JavaScript. What the work runs may depend on the shapes of its inputs alone: it
 * reads no number back, and changes nothing. It reads the same other tensors each time, such as weights, whose numbers may change.
 */
export function replaying(work: (...inputs: Tensor[]) => Tensor): Replayed {
  const device = backend();
  const replayed = (device as Partial<ReplayingBackend>).replaying?.(work);
  return {
    call: (...inputs) => (replayed && backend() === device ? replayed.call(...inputs) : work(...inputs)),
    dispose: () => replayed?.dispose(),
  };
}

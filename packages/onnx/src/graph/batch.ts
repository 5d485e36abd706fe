import { OnnxError } from '../errors';

/**
 * The number of images, which the graph leaves open. A network is written down with a peculiar one: a prime that no other size
 * is a multiple of, so that what is a multiple of it comes from the number of images.
 */
export interface Batch {
  readonly size: number;
  /** Returns the shape for a Reshape from one shape to another: 0 keeps a size, −1 is what is left. */
  reshaped(from: readonly number[], to: readonly number[]): number[];
  /** Refuses a constant that has as many rows as there are images. */
  refuseIn(shape: readonly number[]): void;
}

export function createBatch(size: number): Batch {
  const isOpen = (length: number) => length > 0 && length % size === 0;
  return {
    size,
    reshaped(from, to) {
      if (to.filter(isOpen).length > 1) refuse(`[${from}] → [${to}]`);
      return to.map((length, axis) => (isOpen(length) ? (from[axis] === length ? 0 : -1) : length));
    },
    refuseIn(shape) {
      if (shape.some(isOpen)) refuse(`a constant of the shape [${shape}]`);
    },
  };

  /** Tells it with B in place of the number. */
  function refuse(what: string): never {
    throw fixedBatch(what.replaceAll(String(size), 'B'));
  }
}

/** The error of a network whose computation depends on how many images it was written down with. */
export const fixedBatch = (what: string) =>
  new OnnxError(
    'batch-fixed',
    `The network computes ${what} that depends on the number of images in a way that an ONNX model of any number cannot have; let each image be computed by itself.`,
  );

/** How far a byte's own value may lie below it after float32 arithmetic: 255 parts of 2⁻²⁴ each way, with room to spare. */
const SLACK = 2 ** -10;

/**
 * Returns pixels in [−1, 1] as bytes, as the original programs write them: clipped, (x + 1)/2·255, cut (not rounded). The
 * value of a byte in float32, b/127.5 − 1, gives that byte back. What is not a number becomes 0.
 */
export function toBytes(pixels: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const clipped = Math.min(1, Math.max(-1, pixels[i] as number));
    bytes[i] = (clipped + 1) * 127.5 + SLACK; // the array cuts
  }
  return bytes;
}

/** Returns the pixels in [−1, 1] of bytes: b/127.5 − 1. */
export const fromBytes = (bytes: ArrayLike<number>): Float32Array<ArrayBuffer> =>
  Float32Array.from(bytes, (byte) => byte / 127.5 - 1);

/**
 * Pixels in [−1, 1] to bytes as the original programs do it: clamp, (x + 1)/2·255 in float32, then cut (not rounded).
 * What is not a number becomes 0.
 */
export function tensorToBytes(pixels: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const clamped = Math.min(1, Math.max(-1, pixels[i]));
    bytes[i] = Math.fround(Math.fround(Math.fround(clamped + 1) / 2) * 255); // NaN and fractions: as the type says
  }
  return bytes;
}

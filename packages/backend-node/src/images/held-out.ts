/**
 * Whether an image is held out for validation, by its name alone: a hash of it, as a fraction, is below the share. Names are
 * relative to the folder, with slashes, so that the choice is the same on every machine and for every seed.
 */
export function isHeldOut(name: string, share: number): boolean {
  return hash(name) / 2 ** 32 < share;
}

/** FNV-1a of the UTF-8 bytes, then the finalizer of MurmurHash3, which spreads names that differ in their last letter. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

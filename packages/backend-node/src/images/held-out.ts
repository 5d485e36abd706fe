/**
 * Whether an image is held out for validation, by its name alone: a hash of it, as a fraction, is below the share. Names are
 * relative to the folder, with slashes, so that the choice is the same on every machine and for every seed.
 */
export function isHeldOut(name: string, share: number): boolean {
  return hash(name) / 2 ** 32 < share;
}

/**
 * Splits images into those to train on and those held out. A class of which all would be held out keeps one to train on, that
 * of the greatest hash: the last that a growing share would take.
 */
export function splitHeldOut<Image extends { readonly name: string; readonly label: number }>(
  images: readonly Image[],
  share: number,
): { kept: readonly Image[]; held: readonly Image[] } {
  if (share === 0) return { kept: images, held: [] };
  const lastOf = new Map<number, Image>();
  for (const image of images) {
    const last = lastOf.get(image.label);
    if (!last || hash(image.name) > hash(last.name)) lastOf.set(image.label, image);
  }
  const stays = (image: Image) => image.label >= 0 && lastOf.get(image.label) === image;
  const isHeld = (image: Image) => isHeldOut(image.name, share) && !stays(image);
  return { kept: images.filter((image) => !isHeld(image)), held: images.filter(isHeld) };
}

/** FNV-1a of the UTF-8 bytes, then the finalizer of MurmurHash3, which spreads names that differ in their last letter. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

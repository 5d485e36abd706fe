/** Layers: more than any network of features has; the largest that are known have some hundreds. */
export const MOST_LAYERS = 10_000;

/** A side of the images, or of what a layer gives. */
export const LARGEST_SIDE = 4096;

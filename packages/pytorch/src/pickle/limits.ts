/** What a pickle of weights may take: about 200 bytes, six objects and eight remembered values a tensor, so 100,000 tensors. */
export const MOST_PICKLE_BYTES = 2 ** 26;
/** Lists, dicts, tuples and calls. */
export const MOST_OBJECTS = 2 ** 20;
export const MOST_ON_STACK = 2 ** 20;
export const MOST_REMEMBERED = 2 ** 20;
/** Of bytes that are written as text, together. */
export const MOST_ENCODED = 2 ** 24;
/** Of a whole number: 2048 bits. */
export const MOST_INTEGER_BYTES = 256;
/** Values, each counted as often as it stands in the tree, and how deep they are nested. */
export const MOST_VALUES = 2 ** 23;
export const DEEPEST = 200;

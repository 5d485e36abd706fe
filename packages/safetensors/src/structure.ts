import { SafetensorsError, type SafetensorsErrorCode } from './errors';

/** A header is an object of objects that hold lists: three levels, and some for fields that others may add. */
const MAX_DEPTH = 8;
/** Objects and lists of a header: three for each tensor, so more than the largest models have by a hundred times. */
const MAX_OPENED = 2 ** 20;
/** Fields and elements, at 64 sizes of a shape for every sixteenth of them. */
const MAX_VALUES = 2 ** 22;

const OPEN = [0x7b, 0x5b];
const CLOSE = [0x7d, 0x5d];
const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Bounds what parsing the text of a header, named `what` in messages, can take, in one pass over its bytes: a few bytes of
 * JSON become an object of a hundred.
 *
 * @throws DenoiserError of that code if it is nested or filled beyond what a header of tensors can be.
 */
export function checkStructure(json: Uint8Array, what: string, code: SafetensorsErrorCode): void {
  const tooMuch = (more: string) =>
    new SafetensorsError(code, `${what} has ${more}: this is no file of tensors, or it is damaged.`);
  let depth = 0;
  let opened = 0;
  let values = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) {
      for (at++; at < json.length && json[at] !== QUOTE; at++) if (json[at] === BACKSLASH) at++;
    } else if (byte === COMMA) {
      if (++values > MAX_VALUES) throw tooMuch(`more than ${MAX_VALUES} values`);
    } else if (OPEN.includes(byte)) {
      if (++depth > MAX_DEPTH) throw tooMuch(`objects nested more than ${MAX_DEPTH} deep`);
      if (++opened > MAX_OPENED) throw tooMuch(`more than ${MAX_OPENED} objects and lists`);
    } else if (CLOSE.includes(byte)) depth--;
  }
}

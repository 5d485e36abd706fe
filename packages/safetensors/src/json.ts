import { isObject, quote } from '@denoiser/errors';
import { duplicateKey } from './duplicate-key';
import { SafetensorsError, type SafetensorsErrorCode } from './errors';
import { checkStructure } from './structure';

/**
 * The object that a JSON text from outside holds; `what` names the text in messages.
 *
 * @throws DenoiserError of that code where it is nested or filled beyond what tensors need, is no UTF-8, no JSON, no object, or
 * has a key twice.
 */
export function parseObject(
  text: Uint8Array,
  what: string,
  code: SafetensorsErrorCode = 'header-invalid',
): Record<string, unknown> {
  checkStructure(text, what, code);
  const refuse = (why: string) => new SafetensorsError(code, `${what} ${why}.`);
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    throw refuse('is not UTF-8 text: the file is damaged or of another kind');
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw refuse('is not valid JSON: the file is damaged or of another kind');
  }
  if (!isObject(value)) throw refuse('is not a JSON object: the file is damaged or of another kind');
  const twice = duplicateKey(json);
  if (twice !== undefined) throw refuse(`has ${quote(twice)} twice; which one is meant is not clear`);
  return value;
}
